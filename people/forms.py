"""What people fill in about accounts. allauth's forms are here in our words."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from django import forms
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from people.models import LANGUAGES, Notification, Team, User

LENGTH = _("At least eight characters, and not one of the common ones.")


class Plain:
    """Labels stand above the fields and say what is wanted: nothing is repeated inside them."""

    labels: dict[str, Any] = {}
    hints: dict[str, Any] = {}
    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = self.labels.get(name, field.label)
            field.help_text = self.hints.get(name, "")


class SignInForm(Plain, account.LoginForm):
    labels = {
        "login": _("E-mail"),
        "password": _("Password"),
        "remember": _("Keep me signed in"),
    }


class ReauthenticateForm(Plain, account.ReauthenticateForm):
    labels = {"password": _("Password")}


class ChangePasswordForm(Plain, account.ChangePasswordForm):
    labels = {
        "oldpassword": _("Current password"),
        "password1": _("New password"),
        "password2": _("New password, again"),
    }
    hints = {"password1": LENGTH}


class ResetPasswordForm(Plain, account.ResetPasswordForm):
    labels = {"email": _("E-mail")}


class NewPasswordForm(Plain, account.ResetPasswordKeyForm):
    labels = {"password1": _("New password"), "password2": _("New password, again")}
    hints = {"password1": LENGTH}


class CodeForm(Plain, mfa.AuthenticateForm):
    labels = {"code": _("Code")}


class CodeAgainForm(Plain, mfa.ReauthenticateForm):
    labels = {"code": _("Code")}


class ActivateTOTPForm(Plain, totp.ActivateTOTPForm):
    labels = {"code": _("Code that the app shows")}


def email_field(**more: Any) -> forms.EmailField:
    return forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
        **more,
    )


def new_password_field() -> forms.CharField:
    return forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=1000,
        help_text=LENGTH,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


def name_field() -> forms.CharField:
    return forms.CharField(
        label=_("Your name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )


class SetUpForm(forms.Form):
    """The first visit: who administers, and what the help desk is called."""

    site_name = forms.CharField(
        label=_("Name of your help desk"),
        max_length=60,
        help_text=_("Readers and colleagues see it on every page and in every mail."),
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    name = name_field()
    email = email_field()
    password = new_password_field()


class AcceptForm(forms.Form):
    name = name_field()
    password = new_password_field()


class InviteForm(forms.Form):
    email = forms.EmailField(label=_("E-mail"), max_length=254)
    name = forms.CharField(label=_("Name"), max_length=120, required=False)
    competency = forms.ChoiceField(
        label=_("Competency"),
        choices=User.Competency,
        initial=User.Competency.CANDIDATE,
    )
    team = forms.ModelChoiceField(
        Team.objects.all(), label=_("Team"), required=False, empty_label=_("No team")
    )


class PersonForm(forms.ModelForm):
    """What an administrator changes about somebody. Competency is granted, not set."""

    class Meta:
        model = User
        fields = [
            "name",
            "email",
            "team",
            "coach",
            "organisation",
            "is_coach",
            "is_staff",
            "is_superuser",
        ]
        labels = {"is_superuser": _("Administrator")}
        help_texts = {
            "is_superuser": _("Configures everything and invites people."),
            "is_staff": _(
                "Reviewers work in its review lists, as coaches and domain experts do."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["coach"].queryset = User.objects.filter(  # type: ignore[attr-defined]
            is_coach=True, is_active=True
        ) | User.objects.filter(pk=self.instance.coach_id)
        self.fields["name"].required = True

    def validate_unique(self) -> None:
        """The verb says it in words that fit, whatever the case of the letters."""

    def _post_clean(self) -> None:
        """Nothing is set on the person here: the verb does, after it has looked."""


class GrantForm(forms.Form):
    competency = forms.ChoiceField(label=_("Competency"), choices=User.Competency)
    evidence = forms.CharField(
        label=_("Why"),
        required=False,
        max_length=2000,
        help_text=_("What showed that they are ready. It stays in their history."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class KeyForm(forms.Form):
    name = forms.CharField(
        label=_("What it is for"), max_length=80, help_text=_("As: nightly export")
    )
    scopes = forms.MultipleChoiceField(
        label=_("Allowed to"),
        choices=[("read", _("Read")), ("write", _("Write"))],
        initial=["read"],
        widget=forms.CheckboxSelectMultiple,
    )
    expires = forms.DateField(
        label=_("Valid until"),
        required=False,
        help_text=_("Empty: until it is revoked."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )


class LanguageForm(forms.Form):
    language = forms.ChoiceField(choices=LANGUAGES)


class PreferencesForm(forms.ModelForm):
    """How somebody wants the pages. What they want to be told stands beside it, as a table."""

    muted = forms.MultipleChoiceField(choices=Notification.Kind, required=False)
    mailed = forms.MultipleChoiceField(choices=Notification.Kind, required=False)

    class Meta:
        model = User
        fields = [
            "language", "theme", "letter_keys", "compact", "signature", "shows_credit",
            "may_be_asked",
        ]  # fmt: skip
        widgets = {
            "theme": forms.RadioSelect,
            "signature": forms.Textarea(attrs={"rows": 3}),
        }
        help_texts = {
            "letter_keys": _("U, F, J, K and the like. Ctrl with a letter always works."),
            "compact": _("More rows on the screen, less air between them."),
            "signature": _("Stands under your replies."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Each in its own words: whoever landed in a strange language finds the way back.
        own = [(code, get_language_info(code)["name_local"]) for code, _name in LANGUAGES]
        self.fields["language"] = forms.ChoiceField(label=_("Language"), choices=own)
        if not self.instance.is_agent:
            # Shortcuts, rows, replies and colleagues are the desk's.
            for name in ("letter_keys", "compact", "signature", "shows_credit", "may_be_asked"):
                del self.fields[name]

    def _post_clean(self) -> None:
        """Nothing is set on the person here: the verb does, after it has looked."""
