"""What the public sees of a case is decided thing by thing.

Until somebody decides, nothing is seen: words and photos of reports that were shown because
they had been accepted are no longer. Reversed, they are shown as before.
"""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('grid', '0018_clocks_and_editions'),
    ]

    operations = [
        migrations.CreateModel(
            name='Publication',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('case_code', models.CharField(max_length=40, verbose_name='案件编号')),
                ('item', models.CharField(max_length=36, verbose_name='内容')),
                ('is_public', models.BooleanField(verbose_name='公开')),
                ('words', models.CharField(blank=True, max_length=4000, verbose_name='公开的描述')),
                ('address', models.CharField(blank=True, max_length=200, verbose_name='公开的位置描述')),
                ('who', models.CharField(max_length=150, verbose_name='决定人')),
                ('at', models.DateTimeField(verbose_name='时间')),
            ],
            options={
                'verbose_name': '公开决定',
                'verbose_name_plural': '公开决定',
                'ordering': ['id'],
                'indexes': [models.Index(fields=['case_code', 'item', '-id'], name='publication_last')],
            },
        ),
    ]
