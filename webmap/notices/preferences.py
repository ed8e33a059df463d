"""What somebody wants to hear of, by which channels, in which language."""

from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from layers.webhooks.addresses import AddressRefused, target_of
from spatial.outbox.actions import choose_topics, set_contact
from spatial.outbox.models import CHANNELS, TopicChoice
from spatial.outbox.rules import Channel
from spatial.outbox.topics import Topic, all_topics
from webmap.notices.channels import address_of, language_of, secret_of
from webmap.web.errors import attempt
from webmap.web.guards import StaffRequest, signed_in


class LanguageSelect(forms.Select):
    """A choice of languages, each called in its own."""

    def create_option(self, name: str, value: Any, *args: Any, **options: Any) -> dict[str, Any]:
        """One language, marked as what it is."""
        found = super().create_option(name, value, *args, **options)
        found["attrs"]["lang"] = str(value)
        return found


class ContactForm(forms.Form):
    """The language of notices, and where they are posted to."""

    language = forms.ChoiceField(
        label=gettext_lazy("语言"), choices=settings.LANGUAGES, widget=LanguageSelect
    )
    webhook = forms.URLField(
        label=gettext_lazy("回调地址"), required=False, max_length=300, assume_scheme="https"
    )

    def clean_webhook(self) -> str:
        """An address that something may be sent to."""
        address: str = self.cleaned_data["webhook"]
        if address:
            _target, refusal = attempt(lambda: target_of(address), (AddressRefused,))
            if refusal is not None:
                raise forms.ValidationError(refusal.text)
        return address


@dataclass(frozen=True)
class Choice:
    """One box of the table: a topic by a channel."""

    name: str
    is_wanted: bool
    is_fixed: bool  # urgent ones stay on in the inbox


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: StaffRequest) -> HttpResponse:
    """``/notices/preferences``: one's own choices."""
    user = cast(User, request.user)
    if request.method != "POST":
        return _page(request, user, _form_of(user))
    form = ContactForm(request.POST)
    if not form.is_valid():
        return _page(request, user, form, 422)
    wanted = {
        (topic.id, channel): _name(topic, channel) in request.POST or _is_fixed(topic, channel)
        for topic in all_topics()
        for channel in Channel
    }
    with transaction.atomic():
        choose_topics(user, wanted)
        set_contact(user, form.cleaned_data["language"], form.cleaned_data["webhook"])
    messages.success(request, _("接收设置已保存。"))
    return HttpResponseRedirect(request.path)


def _form_of(user: User) -> ContactForm:
    initial = {"language": language_of(user), "webhook": address_of(user, Channel.WEBHOOK)}
    return ContactForm(initial=initial)


def _name(topic: Topic, channel: Channel) -> str:
    return f"{topic.id}.{channel}"


def _is_fixed(topic: Topic, channel: Channel) -> bool:
    return channel is Channel.INBOX and not topic.may_wait


def _page(request: StaffRequest, user: User, form: ContactForm, status: int = 200) -> HttpResponse:
    rows = TopicChoice.objects.filter(user=user).values_list("topic", "channel", "is_wanted")
    chosen = {(topic, channel): is_wanted for topic, channel, is_wanted in rows}
    table = [
        (
            topic.title,
            [
                Choice(
                    _name(topic, channel),
                    chosen.get((topic.id, channel.value), channel in topic.channels),
                    _is_fixed(topic, channel),
                )
                for channel in Channel
            ],
        )
        for topic in all_topics()
    ]
    addresses = [
        (title, Channel(channel) is Channel.INBOX or address_of(user, Channel(channel)))
        for channel, title in CHANNELS
    ]
    context: dict[str, Any] = {
        "form": form,
        "table": table,
        "channels": addresses,
        "secret": secret_of(user),
    }
    return render(request, "notices/preferences.html", context, status=status)
