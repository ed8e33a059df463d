"""All of 0001 to 0008 in one step, for a new database.

A database that has begun the steps goes on with them. Dependencies bear the names of single
steps, so that both ways hold.

Its indexes on the registers' tables are built at once: the tables hold nothing yet.
"""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

# index: table and columns, as in 0002.
SEARCHED = {
    "search_buildings": ("parcels_building", ("name", "address")),
    "search_parcels": ("parcels_parcel", ("location",)),
    "search_addresses": ("base_address", ("full_address",)),
    "search_units": ("housing_unit", ("address",)),
    "search_cases": ("grid_case", ("description",)),
    "search_pipe_lines": ("pipes_pipeline", ("road_name",)),
}
# What tiles of low zooms show, as in 0005.
WEIGHT = "(ST_Area(geom) * 4294967296::float8 / (hashtext(code) + 2147483649::float8))"
BOUNDS = (300, 3000)
DRAWN = {"buildings": "parcels_building", "parcels": "parcels_parcel"}


def _index(name: str, table: str, method: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f'CREATE INDEX "{name}" ON "{table}" USING {method}', f'DROP INDEX IF EXISTS "{name}"'
    )


def _search_index(name: str, table: str, columns: tuple[str, ...]) -> migrations.RunSQL:
    return _index(name, table, "gin (" + ", ".join(f'"{each}" gin_trgm_ops' for each in columns) + ")")


def _tile_index(layer: str, table: str, bound: int) -> migrations.RunSQL:
    return _index(f"tiles_{layer}_{bound}", table, f"gist (geom) WHERE {WEIGHT} >= {bound}")


class Migration(migrations.Migration):

    replaces = [
        ('layers', '0001_initial'),
        ('layers', '0002_search_indexes'),
        ('layers', '0003_consumers_keys_grants'),
        ('layers', '0004_subscriptions'),
        ('layers', '0005_tile_indexes'),
        ('layers', '0006_sharing_records'),
        ('layers', '0007_process_jobs'),
        ('layers', '0008_dismissed_jobs'),
    ]

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('base', '0001_initial'),
        ('grid', '0001_initial'),
        ('housing', '0001_initial'),
        ('parcels', '0001_initial'),
        ('pipes', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='PersonalRead',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(auto_now_add=True, verbose_name='时间')),
                ('who', models.CharField(max_length=150, verbose_name='查阅人')),
                ('layer', models.CharField(max_length=40, verbose_name='图层')),
                ('code', models.CharField(max_length=40, verbose_name='编码')),
                ('fields', models.CharField(max_length=200, verbose_name='字段')),
            ],
            options={
                'verbose_name': '个人信息查阅记录',
                'verbose_name_plural': '个人信息查阅记录',
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['at'], name='personal_read_at'), models.Index(fields=['who', 'at'], name='personal_read_who'), models.Index(fields=['layer', 'code'], name='personal_read_what')],
            },
        ),
        migrations.CreateModel(
            name='Consumer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, unique=True, verbose_name='系统名称')),
                ('organisation', models.CharField(max_length=100, verbose_name='使用单位')),
                ('contact', models.CharField(blank=True, max_length=60, verbose_name='联系人')),
                ('phone', models.CharField(blank=True, max_length=40, verbose_name='联系电话')),
                ('is_department', models.BooleanField(default=True, verbose_name='本市政务部门')),
                ('per_minute', models.PositiveIntegerField(default=6000, verbose_name='每分钟请求上限')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='登记时间')),
                ('kept_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='登记人')),
            ],
            options={
                'verbose_name': '使用系统',
                'verbose_name_plural': '使用系统',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='ApiKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('prefix', models.CharField(max_length=12, verbose_name='密钥前几位')),
                ('digest', models.CharField(editable=False, max_length=64, unique=True, verbose_name='摘要')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='签发时间')),
                ('created_by', models.CharField(max_length=150, verbose_name='签发人')),
                ('expires_at', models.DateTimeField(blank=True, null=True, verbose_name='到期时间')),
                ('revoked_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='吊销时间')),
                ('revoked_by', models.CharField(blank=True, editable=False, max_length=150, verbose_name='吊销人')),
                ('consumer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='keys', to='layers.consumer', verbose_name='使用系统')),
            ],
            options={
                'verbose_name': '密钥',
                'verbose_name_plural': '密钥',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='LayerGrant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('layer', models.CharField(max_length=40, verbose_name='图层')),
                ('fields', models.JSONField(blank=True, default=list, verbose_name='字段')),
                ('districts', models.JSONField(blank=True, default=list, verbose_name='区划')),
                ('may_write', models.BooleanField(default=False, verbose_name='可以写入')),
                ('conditions', models.CharField(blank=True, max_length=500, verbose_name='使用条件')),
                ('granted_by', models.CharField(max_length=150, verbose_name='批准人')),
                ('granted_at', models.DateTimeField(auto_now_add=True, verbose_name='批准时间')),
                ('until', models.DateTimeField(blank=True, null=True, verbose_name='授权截止')),
                ('withdrawn_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='收回时间')),
                ('withdrawn_by', models.CharField(blank=True, editable=False, max_length=150, verbose_name='收回人')),
                ('consumer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='grants', to='layers.consumer', verbose_name='使用系统')),
            ],
            options={
                'verbose_name': '图层授权',
                'verbose_name_plural': '图层授权',
                'ordering': ['-id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('consumer', 'layer'), name='one_standing_grant')],
            },
        ),
        migrations.CreateModel(
            name='Subscription',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', models.CharField(max_length=500, verbose_name='回调地址')),
                ('layers', models.JSONField(verbose_name='图层')),
                ('told', models.JSONField(default=dict, verbose_name='已告知到的修订号')),
                ('nonce', models.CharField(editable=False, max_length=40, verbose_name='签名随机数')),
                ('is_active', models.BooleanField(default=True, verbose_name='启用')),
                ('failures', models.PositiveSmallIntegerField(default=0, verbose_name='连续失败次数')),
                ('last_error', models.CharField(blank=True, max_length=200, verbose_name='最近一次失败')),
                ('last_sent_at', models.DateTimeField(blank=True, null=True, verbose_name='最近送达时间')),
                ('due_at', models.DateTimeField(blank=True, null=True, verbose_name='待送时间')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='订阅时间')),
                ('consumer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='subscriptions', to='layers.consumer', verbose_name='使用系统')),
            ],
            options={
                'verbose_name': '变更通知订阅',
                'verbose_name_plural': '变更通知订阅',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='AccessCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('hour', models.DateTimeField(verbose_name='小时')),
                ('who', models.CharField(blank=True, max_length=150, verbose_name='使用者')),
                ('key', models.BigIntegerField(default=0, verbose_name='密钥')),
                ('layer', models.CharField(blank=True, max_length=40, verbose_name='图层')),
                ('operation', models.CharField(max_length=30, verbose_name='操作')),
                ('requests', models.BigIntegerField(verbose_name='次数')),
                ('bytes', models.BigIntegerField(verbose_name='字节')),
            ],
            options={
                'verbose_name': '访问统计',
                'verbose_name_plural': '访问统计',
                'ordering': ['-hour', 'who', 'layer'],
                'constraints': [models.UniqueConstraint(fields=('hour', 'who', 'key', 'layer', 'operation'), name='one_access_count')],
            },
        ),
        migrations.CreateModel(
            name='LayerState',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('layer', models.CharField(max_length=40, verbose_name='图层')),
                ('is_published', models.BooleanField(verbose_name='发布')),
                ('who', models.CharField(max_length=150, verbose_name='经办人')),
                ('at', models.DateTimeField(auto_now_add=True, verbose_name='时间')),
                ('why', models.CharField(max_length=500, verbose_name='事由')),
            ],
            options={
                'verbose_name': '图层上下架',
                'verbose_name_plural': '图层上下架',
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['layer', '-id'], name='layer_state_last')],
            },
        ),
        migrations.CreateModel(
            name='RequestMinute',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('consumer', models.CharField(max_length=100, verbose_name='使用系统')),
                ('minute', models.BigIntegerField(verbose_name='分钟')),
                ('requests', models.BigIntegerField(verbose_name='次数')),
            ],
            options={
                'verbose_name': '每分钟请求数',
                'verbose_name_plural': '每分钟请求数',
                'constraints': [models.UniqueConstraint(fields=('consumer', 'minute'), name='one_request_minute')],
            },
        ),
        migrations.CreateModel(
            name='Application',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('layer', models.CharField(max_length=40, verbose_name='图层')),
                ('fields', models.JSONField(blank=True, default=list, verbose_name='字段')),
                ('districts', models.JSONField(blank=True, default=list, verbose_name='区划')),
                ('purpose', models.CharField(max_length=500, verbose_name='用途')),
                ('legal_basis', models.CharField(max_length=300, verbose_name='依据')),
                ('until', models.DateTimeField(blank=True, null=True, verbose_name='使用期限')),
                ('asked_by', models.CharField(max_length=150, verbose_name='申请人')),
                ('asked_at', models.DateTimeField(auto_now_add=True, verbose_name='申请时间')),
                ('state', models.CharField(choices=[('asked', '待审批'), ('granted', '已批准'), ('refused', '未批准'), ('taken_back', '已撤回')], default='asked', max_length=12, verbose_name='状态')),
                ('decided_by', models.CharField(blank=True, max_length=150, verbose_name='审批人')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='审批时间')),
                ('answer', models.CharField(blank=True, max_length=500, verbose_name='审批意见')),
                ('consumer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='applications', to='layers.consumer', verbose_name='使用系统')),
                ('grant', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='layers.layergrant', verbose_name='授权')),
            ],
            options={
                'verbose_name': '数据申请',
                'verbose_name_plural': '数据申请',
                'ordering': ['-id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'asked')), fields=('consumer', 'layer'), name='one_open_application')],
            },
        ),
        migrations.CreateModel(
            name='ProcessJob',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False, verbose_name='任务编号')),
                ('process', models.CharField(max_length=60, verbose_name='处理')),
                ('inputs', models.JSONField(verbose_name='输入')),
                ('form', models.CharField(max_length=10, verbose_name='结果形式')),
                ('owner', models.CharField(blank=True, max_length=160, verbose_name='所有者')),
                ('key', models.BigIntegerField(default=0, verbose_name='密钥')),
                ('state', models.CharField(choices=[('accepted', '排队中'), ('running', '计算中'), ('successful', '已完成'), ('failed', '未成功'), ('dismissed', '已取消')], default='accepted', max_length=12, verbose_name='状态')),
                ('message', models.CharField(blank=True, max_length=300, verbose_name='说明')),
                ('result', models.JSONField(null=True, verbose_name='结果')),
                ('used', models.JSONField(default=dict, verbose_name='所用图层')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='提交时间')),
                ('started_at', models.DateTimeField(null=True, verbose_name='开始时间')),
                ('finished_at', models.DateTimeField(null=True, verbose_name='结束时间')),
                ('asked_from', models.CharField(blank=True, max_length=32, verbose_name='来处')),
            ],
            options={
                'verbose_name': '处理任务',
                'verbose_name_plural': '处理任务',
                'ordering': ['-created_at'],
                'indexes': [models.Index(fields=['owner', '-created_at'], name='process_job_owner'), models.Index(fields=['created_at'], name='process_job_created')],
            },
        ),
        migrations.RunSQL("CREATE EXTENSION IF NOT EXISTS pg_trgm", migrations.RunSQL.noop),
        *(_search_index(name, table, columns) for name, (table, columns) in SEARCHED.items()),
        *(_tile_index(layer, table, bound) for layer, table in DRAWN.items() for bound in BOUNDS),
    ]
