"""The environment variables that a city may set: name, type, default, unit, meaning.

Nothing else reads them by a name of its own but what must run before this can: the scripts,
gunicorn, the city profile and the table of checks. ``.env.example`` is generated from here.
A variable of the process counts before the file ``.env``, that before the default.
"""

import ipaddress
import re
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import SplitResult, parse_qs, urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from spatial.refusals import Wrong

MOST_PORT = 65_535
# What Django compares a Host header with: a name, .name for all below it, an address, or *.
HOST = re.compile(r"\*|\.?[\w-]+(\.[\w-]+)*\.?|\[[0-9A-Fa-f:.]+\]")


def variable(default: Any, zh: str, en: str, unit: str = "", **limits: Any) -> Any:
    """Declare one: ``limits`` are the validator's (``ge``, ``le`` …)."""
    return Field(default, json_schema_extra={"zh": zh, "en": en, "unit": unit}, **limits)


def _split(text: Any) -> Any:
    return tuple(text.replace(",", " ").split()) if isinstance(text, str) else text


def _parts(url: str) -> SplitResult | None:
    """The parts of an address; None where it cannot be read, as with a port that is none."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    return None if port == 0 else parts


def _database(url: str) -> str:
    parts = _parts(url)
    port = parse_qs(parts.query).get("port", ["1"])[-1] if parts else ""
    is_port = port.isascii() and port.isdigit() and 1 <= int(port) <= MOST_PORT
    fits = parts and parts.scheme in ("postgresql", "postgres") and parts.path.strip("/")
    if not (fits and is_port):
        raise Wrong(
            "应形如 postgresql://用户:口令@主机:端口/库名",
            "should look like postgresql://user:password@host:port/name",
        )
    return url


def _issuer(url: str) -> str:
    parts = _parts(url)
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        raise Wrong(
            "应形如 https://主机[:端口]，以 http:// 或 https:// 开头",
            "should look like https://host[:port] and begin with http:// or https://",
        )
    return url


def _site(url: str) -> str:
    return _issuer(url).rstrip("/")


def _smtp(url: str) -> str:
    parts = _parts(url)
    if parts is None or parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise Wrong(
            "应形如 smtps://用户:口令@主机:465", "should look like smtps://user:password@host:465"
        )
    return url


def _host(text: str) -> str:
    if not HOST.fullmatch(text):
        raise Wrong(
            "应为主机名、IP 地址、.域名 或 *，不带协议和端口",
            "should be a host name, an IP address, .domain or *, without scheme and port",
        )
    return text


def _file(path: Path) -> Path:
    if not path.is_file():
        raise Wrong("应为已有的文件", "should be a file that is there")
    return path


def _contact(address: str) -> str:
    if not address.startswith(("mailto:", "https://", "tel:")) or "\n" in address:
        raise Wrong(
            "应以 mailto:、https:// 或 tel: 开头", "should begin with mailto:, https:// or tel:"
        )
    return address


def _origin(text: str) -> str:
    return text if text == "*" else _site(text)


def _proxy(text: str) -> str:
    try:
        return text if text == "*" else str(ipaddress.ip_address(text))
    except ValueError:
        raise Wrong("应为 IP 地址", "should be an IP address") from None


def _network(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text))
    except ValueError:
        raise Wrong("应为网段，如 10.20.0.0/16", "should be a network, 10.20.0.0/16") from None


Split = BeforeValidator(_split)
Host = Annotated[str, AfterValidator(_host)]
Issuer = Annotated[str, AfterValidator(_issuer)]
File = Annotated[Path, AfterValidator(_file)]
DatabaseUrl = Annotated[str, AfterValidator(_database)]
Smtp = Annotated[str, AfterValidator(_smtp)]
SiteUrl = Annotated[str, AfterValidator(_site)]
Contact = Annotated[str, AfterValidator(_contact)]
Origin = Annotated[str, AfterValidator(_origin)]
Proxy = Annotated[str, AfterValidator(_proxy)]
Network = Annotated[str, AfterValidator(_network)]
Count = Annotated[int, Field(ge=0)]
OneOrMore = Annotated[int, Field(ge=1)]


class Group(BaseModel):
    """Variables that belong together; the title heads them in ``.env.example``."""

    model_config = ConfigDict(frozen=True, extra="ignore", str_strip_whitespace=True)


class Database(Group):
    """数据库 / Database."""

    DATABASE_URL: DatabaseUrl | None = variable(
        None,
        "主数据库；不设则用 script/database 自建的数据库",
        "the database; else the private cluster that script/database makes",
    )
    OWNER_DATABASE_URL: DatabaseUrl | None = variable(
        None,
        "属主的登录，仅迁移与发布用；不设则 DATABASE_URL 的登录兼任，少一道墙",
        "the owner's login, for migrations and publishing; else that of DATABASE_URL: a wall less",
    )
    OUTSIDE_DATABASE_URL: DatabaseUrl | None = variable(
        None,
        "对外请求的登录；不设则在主登录上切换角色",
        "the login of outside requests; else they switch to their role on the main login",
    )
    REPLICA_DATABASE_URLS: Annotated[tuple[DatabaseUrl, ...], Split] = variable(
        (), "只读流复制副本，以空格分隔", "streaming replicas for reads, by blanks"
    )
    PREPARED_STATEMENTS: bool = variable(
        True, "事务模式的连接池（pgbouncer）之后设 0", "0 behind a pooler in transaction mode"
    )


class Site(Group):
    """网站 / Site."""

    SITE_URL: SiteUrl = variable(
        "http://127.0.0.1:8000", "别人访问本站的地址", "how others reach the site"
    )
    ALLOWED_HOSTS: Annotated[tuple[Host, ...], Split] = variable(
        ("127.0.0.1", "localhost", "[::1]", "testserver"),
        "接受的主机名，以逗号分隔",
        "host names that are served, by commas",
    )
    SECRET_KEY: str = variable(
        "",
        "签名密钥；不设则生成一次，存于 var/secret_key",
        "the signing key; else one made once and kept in var/secret_key",
    )
    DEBUG: bool = variable(False, "1 仅用于开发", "1 for development only")
    FORWARDED_ALLOW_IPS: Annotated[tuple[Proxy, ...], Split] = variable(
        (),
        "别的机器上可信的反向代理，以逗号分隔（gunicorn 也读）",
        "proxies on other machines, by commas: believed about who asks (gunicorn reads it too)",
    )
    HSTS_SECONDS: Count = variable(
        31_536_000,
        "经 https 来过的浏览器此后只用 https 的时间；0 为不告知",
        "how long browsers that came by https stay with it; 0 says nothing",
        "s",
    )
    SECURITY_CONTACT: Contact = variable(
        "",
        "安全漏洞报给谁，如 mailto:anquan@example.gov.cn；见 /.well-known/security.txt",
        "who takes reports of vulnerabilities, mailto: or https:, for /.well-known/security.txt",
    )
    CORS_ORIGINS: Annotated[tuple[Origin, ...], Split] = variable(
        ("*",),
        "哪些网站的页面可读接口，以空格分隔；* 为全部，留空为无",
        "whose pages may read the API, by blanks; * for all, empty for none",
    )


class SignInSettings(Group):
    """统一身份认证 / Identity provider."""

    OIDC_ISSUER: Issuer = variable("", "认证系统的地址", "the identity provider's address")
    OIDC_CLIENT_ID: str = variable("", "本站在其中的标识", "this site's id there")
    OIDC_CLIENT_SECRET: str = variable("", "本站在其中的密钥", "this site's secret there")
    OIDC_NAME: str = variable("统一身份认证", "登录按钮上的名称", "its name on the button")
    OIDC_ROLES_CLAIM: str = variable("groups", "哪项声明列出角色", "the claim that lists roles")


class Bounds(Group):
    """限度 / Bounds."""

    TILE_CACHE_MB: Count = variable(
        256,
        "每个网页进程缓存瓦片的内存；0 为不缓存",
        "memory of a process for tiles; 0: none",
        "MB",
    )
    PUBLIC_REPORTS_PER_MINUTE: Count = variable(
        6, "一个地址每分钟的无账号上报", "reports without an account from one address", "/min"
    )
    PUBLIC_REPORTS_PER_MINUTE_ALL: Count = variable(
        60, "全部地址每分钟的无账号上报", "such reports together", "/min"
    )
    WRITE_MAX_BYTES: OneOrMore = variable(
        1_000_000, "接口接受的最大要素", "largest feature that the API takes", "B"
    )
    JOB_DAYS: OneOrMore = variable(
        7, "处理任务的结果保留多久", "how long results of processes are kept", "d"
    )
    DOWNLOAD_DISK_MB: Count = variable(
        4000, "下载文件合计占用的磁盘", "disk for all downloads together", "MB"
    )
    OUTSIDE_CACHE_MB: Count = variable(
        2000,
        "外部地图瓦片占用的磁盘；0 为不缓存",
        "disk for tiles of outside maps; 0: none are kept",
        "MB",
    )
    DOWNLOAD_SECONDS: OneOrMore = variable(
        3600, "一次下载最长多久", "how long one download may last", "s"
    )
    WEBHOOK_NETWORKS: Annotated[tuple[Network, ...], Split] = variable(
        (),
        "webhook 可到达的内部网段，以空格分隔",
        "internal networks that webhooks may reach, by blanks",
    )
    WEBHOOK_ALLOW_HTTP: bool = variable(
        False, "1 为 webhook 也可不加密", "1: webhooks also without TLS"
    )


class NoticeChannels(Group):
    """消息 / Notices; what is not set goes to var/outbox."""

    OUTBOX_EMAIL: Smtp | None = variable(
        None,
        "邮件服务器，如 smtps://用户:口令@主机:465",
        "the mail server: smtps://user:password@host:465",
    )
    OUTBOX_EMAIL_FROM: str = variable("", "发件人地址", "the sender's address")
    OUTBOX_SMS: SiteUrl | None = variable(
        None, "短信网关的地址，收签名的 JSON", "the gateway of text messages: takes signed JSON"
    )
    OUTBOX_SMS_SECRET: str = variable(
        "", "短信网关的签名密钥", "the secret that signs for the gateway"
    )
    OUTBOX_WEBHOOKS: bool = variable(
        False, "1 为发往各人的回调地址", "1: posts to the webhooks of people"
    )


class Places(Group):
    """文件 / Files."""

    CASE_FILES: Path | None = variable(
        None, "案件照片的目录；不设为 var/cases", "photos of cases; else var/cases"
    )
    DOWNLOADS: Path | None = variable(
        None,
        "生成下载文件的目录；不设为 var/downloads",
        "downloads in the making; else var/downloads",
    )
    AUDIT_HEADS: Path | None = variable(
        None,
        "审计链首每日另存的目录，宜为外部介质；var/audit/heads 之外再存一份",
        "where the head of the audit goes each day besides var/audit/heads: other media",
    )
    SEALING_KEYS: Path | None = variable(
        None,
        "个人信息密封密钥的目录，不入库、不与备份同存；不设为 var/keys",
        "the keys of sealed personal values, kept apart from database and backups; else var/keys",
    )
    CAP_KEY: File | None = variable(
        None,
        "预警消息（CAP）的签名私钥，PEM；不设则消息不签名，页面有说明",
        "the private key that signs warnings (CAP), PEM; else they are not signed, and pages say so",
    )
    CAP_CERTIFICATE: File | None = variable(
        None, "签名私钥的证书，PEM", "the certificate of that key, PEM"
    )
    CITY_PROFILE: Path | None = variable(
        None, "另一城市的配置；不设为 data/city.toml", "another city's profile; else data/city.toml"
    )
    CHECK_RULES: File | None = variable(
        None,
        "另一份入库检查规则；不设为 data/rules/checks.csv",
        "another table of import checks; else data/rules/checks.csv",
    )
    DOCUMENT_TEMPLATES: Path | None = variable(
        None,
        "本市文档模板的目录，由 manage.py document_templates 装入；不设为 var/templates",
        "the city's templates of documents, which manage.py document_templates puts there; else var/templates",
    )
    DOCUMENT_FONTS: Path = variable(
        Path("/usr/share/fonts"),
        "文档所用字体的目录",
        "where the fonts of documents are",
    )
    OUTSIDE_MAPS: File | None = variable(
        None,
        "另一份外部地图清单；不设为 data/outside.toml",
        "another list of outside maps; else data/outside.toml",
    )
    IMPORT_CLUSTER: str = variable(
        "", "Dask 调度器地址；不设则在本机检查", "a Dask scheduler; else one machine checks"
    )


class Scripts(Group):
    """脚本 / Scripts."""

    PORT: int = variable(
        8000, "script/server 的端口", "the port of script/server", ge=1, le=MOST_PORT
    )
    WEB_CONCURRENCY: OneOrMore = variable(2, "网页进程数", "web processes")
    ACCESS_LOG_DAYS: int = variable(
        180,
        "访问日志保存的天数，法定不少于 180",
        "how long access logs are kept; the law wants 180 at least",
        "d",
        ge=180,
    )
    TUJING_SAMPLE: Literal["none", "tiny", "small", "full"] = variable(
        "small", "空库装入的样例城市", "the sample city for an empty database"
    )
    TUJING_WAITS: Annotated[tuple[Count, ...], Split] = variable(
        (1, 2, 4, 8, 15, 30, 60),
        "进程退出后重新启动前的等待，以空格分隔",
        "pauses before what has ended is started again, by blanks",
        "s",
    )


GROUPS: tuple[type[Group], ...] = (
    Database,
    Site,
    SignInSettings,
    Bounds,
    NoticeChannels,
    Places,
    Scripts,
)


class Environment(Scripts, Places, NoticeChannels, Bounds, SignInSettings, Site, Database):
    """All of them, typed."""


# What a message never repeats: it would stand in a log.
SECRET = frozenset(
    {
        "DATABASE_URL",
        "OWNER_DATABASE_URL",
        "OUTSIDE_DATABASE_URL",
        "REPLICA_DATABASE_URLS",
        "SECRET_KEY",
        "OIDC_CLIENT_SECRET",
        "OUTBOX_EMAIL",
        "OUTBOX_SMS_SECRET",
    }
)
# Rules of the city, and where they stand in its profile since they are no variables any more.
MOVED = {
    "PATROL_DAYS": "patrols.kept_days",
    "PATROL_ACCURACY_M": "patrols.worst_accuracy_m",
    "PATROL_IDLE_HOURS": "patrols.idle_hours",
    "DUPLICATE_M": "duplicates.within_m",
    "DUPLICATE_HOURS": "duplicates.within_hours",
    "SOON_SHARE": "deadlines.soon_share",
    "WORK_DAY_RULE": "working_hours.day_rule",
}
