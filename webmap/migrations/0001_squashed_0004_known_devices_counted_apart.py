"""All of 0001 to 0004 in one step, for a new database.

A database that has begun the steps goes on with them. Dependencies bear the names of single
steps, so that both ways hold.

Left out, for it moves rows of a filled database only: the older names of roles (0003).
"""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('webmap', '0001_initial'),
        ('webmap', '0002_external_identities'),
        ('webmap', '0003_casework_roles'),
        ('webmap', '0004_known_devices_counted_apart'),
    ]

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Export',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('owner', models.CharField(blank=True, max_length=40)),
                ('params', models.JSONField(verbose_name='内容')),
                ('state', models.CharField(choices=[('queued', '排队中'), ('running', '生成中'), ('done', '已完成'), ('failed', '失败')], default='queued', max_length=10, verbose_name='状态')),
                ('file', models.CharField(blank=True, max_length=100, verbose_name='文件')),
                ('message', models.CharField(blank=True, max_length=500, verbose_name='说明')),
                ('created_at', models.DateTimeField(auto_now_add=True, db_index=True, verbose_name='申请时间')),
                ('finished_at', models.DateTimeField(null=True, verbose_name='完成时间')),
                ('asked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL, verbose_name='申请人')),
            ],
            options={
                'verbose_name': '导出地图',
                'verbose_name_plural': '导出地图',
                'ordering': ['-created_at'],
            },
        ),
        migrations.CreateModel(
            name='FailedSignIn',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('username', models.CharField(max_length=150, verbose_name='用户名')),
                ('address', models.GenericIPAddressField(null=True, verbose_name='来源地址')),
                ('at', models.DateTimeField(verbose_name='时间')),
                ('device', models.CharField(blank=True, default='', max_length=32, verbose_name='设备')),
            ],
            options={
                'verbose_name': '登录失败记录',
                'verbose_name_plural': '登录失败记录',
                'indexes': [models.Index(fields=['username', 'at'], name='failed_sign_in_username'), models.Index(fields=['at'], name='failed_sign_in_at')],
            },
        ),
        migrations.CreateModel(
            name='ExternalIdentity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('issuer', models.CharField(max_length=300, verbose_name='认证系统')),
                ('subject', models.CharField(max_length=255, verbose_name='主体标识')),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL, verbose_name='用户名')),
            ],
            options={
                'verbose_name': '外部身份',
                'verbose_name_plural': '外部身份',
                'constraints': [models.UniqueConstraint(fields=('issuer', 'subject'), name='one_user_per_subject')],
            },
        ),
    ]
