import pytest
from django.contrib.auth.models import User
from django.core.management import call_command

from layers.declarations.known_roles import known_roles
from webmap.demo.accounts import DEMO_MARK, DEMO_PASSWORD
from webmap.management.commands.demo_accounts import width

pytestmark = pytest.mark.django_db


def run(capsys, *options):
    call_command("demo_accounts", *options)
    return capsys.readouterr().out


def test_nothing_is_made_unasked(capsys):
    assert run(capsys) == ""
    assert not User.objects.exists()


def test_create_makes_one_per_role_and_an_administrator(capsys, client):
    printed = run(capsys, "--create")
    assert User.objects.filter(last_name=DEMO_MARK).count() == len(known_roles()) + 1
    assert "http://127.0.0.1:8000/accounts/login/" in printed
    for role in known_roles().values():
        assert User.objects.filter(groups__name=role.value).count() == 1
    assert client.login(username="pipes", password=DEMO_PASSWORD)
    assert User.objects.get(is_superuser=True).username == "admin"


def test_the_table_is_aligned(capsys):
    rows = run(capsys, "--create").splitlines()[1:]
    columns = {width(row[: row.index(DEMO_PASSWORD)]) for row in rows if DEMO_PASSWORD in row}
    assert len(columns) == 1
    assert width(rows[0][: rows[0].index("密码")]) in columns


def test_create_twice_is_the_same(capsys):
    assert run(capsys, "--create") == run(capsys, "--create")
    assert User.objects.count() == len(known_roles()) + 1


def test_a_real_account_of_that_name_is_left_alone(capsys):
    User.objects.create_user("admin", password="real", last_name="王")
    printed = run(capsys, "--create")
    assert "admin：已有同名的正式账号，未改动" in printed
    real = User.objects.get(username="admin")
    assert real.check_password("real")
    assert not real.is_superuser


def test_a_changed_password_is_not_printed(capsys):
    run(capsys, "--create")
    user = User.objects.get(username="land")
    user.set_password("another")
    user.save()
    line = next(row for row in run(capsys).splitlines() if row.startswith("  land"))
    assert DEMO_PASSWORD not in line
    assert "已修改" in line


def test_remove_removes_them_and_nobody_else(capsys):
    User.objects.create_user("real")
    run(capsys, "--create")
    run(capsys, "--remove")
    assert list(User.objects.values_list("username", flat=True)) == ["real"]


def test_the_sign_in_page_names_them_only_while_they_exist(client, capsys):
    assert "演示账号" not in client.get("/accounts/login/").text
    run(capsys, "--create")
    assert "<code>hazard</code>" in client.get("/accounts/login/").text
