"""The fund writes what is asked of a school's account. Forms parse and convert; they do not save."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy as _

from eqfund.thai_text import arabic_digits
from payments.forms.shared import numeric
from payments.models import AccountRules
from payments.rules.accounts import AccountCriteria, BankTerms, NumberCheck, criteria_faults
from payments.words.accounts import BANK_NAMES, RULES_FAULTS


class AccountRulesForm(forms.Form):
    """Patterns of the name, the declaration, and every bank with its numbers."""

    patterns = forms.CharField(
        label=_("Patterns of the account's name"),
        widget=forms.Textarea({"rows": 3}),
        max_length=1_000,
        help_text=_(
            "One on each line; a name must fit one of them. {school} stands for the school's name, * for anything. Spaces do not count."
        ),
        error_messages={"required": RULES_FAULTS["no_pattern"]},
    )
    must_be_dedicated = forms.BooleanField(
        label=_("The account must hold this money alone"), required=False
    )
    source = forms.CharField(
        label=_("Where these rules come from"),
        max_length=300,
        help_text=_("The manual with its page, or the letter with its number."),
        error_messages={"required": _("Say where these rules come from.")},
    )

    def __init__(
        self, *args: Any, criteria: AccountCriteria, rules: AccountRules | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["patterns"].initial = "\n".join(criteria.name_patterns)
        self.fields["must_be_dedicated"].initial = criteria.must_be_dedicated
        sources = {bank.bank_code: bank.source for bank in rules.banks.all()} if rules else {}
        for code, name in BANK_NAMES.items():
            terms = criteria.banks.get(code)
            check = terms.check if terms else None
            self._add(
                f"allow-{code}", forms.BooleanField(label=name, required=False), terms is not None
            )
            self._add_text(
                f"digits-{code}",
                _listed(terms.digits) if terms else "",
                gettext("Lengths of %(bank)s") % {"bank": name},
            )
            self._add_text(
                f"weights-{code}",
                _listed(check.weights) if check else "",
                gettext("Weights, one for each digit"),
            )
            self._add_text(
                f"modulus-{code}",
                str(check.modulus) if check else "",
                gettext("Modulus that the sum is a multiple of"),
            )
            self._add(
                f"from-{code}",
                forms.CharField(
                    label=gettext("Where the bank lays it down"),
                    required=False,
                    max_length=200,
                ),
                sources.get(code, ""),
            )

    def _add(self, name: str, field: forms.Field, initial: Any) -> None:
        field.initial = initial
        self.fields[name] = field

    def _add_text(self, name: str, initial: str, label: str) -> None:
        self._add(
            name,
            forms.CharField(label=label, required=False, max_length=60, widget=numeric()),
            initial,
        )

    def banks(self) -> list[dict[str, Any]]:
        """The banks with their fields, for the table; a check that is set or typed is shown open."""
        rows = []
        for code, name in BANK_NAMES.items():
            check = {part: self[f"{part}-{code}"] for part in ("weights", "modulus", "from")}
            has_check = any(field.value() or field.errors for field in check.values())
            rows.append(
                {
                    "code": code,
                    "name": name,
                    "allow": self[f"allow-{code}"],
                    "digits": self[f"digits-{code}"],
                    "weights": check["weights"],
                    "modulus": check["modulus"],
                    "source": check["from"],
                    "has_check": has_check,
                }
            )
        return rows

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        banks = {
            code: self._terms(code, given) for code in BANK_NAMES if given.get(f"allow-{code}")
        }
        self.criteria = AccountCriteria(
            name_patterns=tuple(
                line.strip() for line in given.get("patterns", "").splitlines() if line.strip()
            ),
            must_be_dedicated=given.get("must_be_dedicated", False),
            banks=banks,
        )
        self.check_sources = {code: given.get(f"from-{code}", "").strip() for code in banks}
        for what, code in criteria_faults(self.criteria):
            field = {"patterns": "patterns", "banks": None}.get(
                what, f"weights-{what}" if code == "check_length" else f"digits-{what}"
            )
            if field is None or field not in self.errors:
                self.add_error(field, RULES_FAULTS[code])
        for code, terms in banks.items():
            if terms.check and not self.check_sources[code]:
                self.add_error(f"from-{code}", _("Say where the bank lays this check down."))
        return given

    def _terms(self, code: str, given: dict[str, Any]) -> BankTerms:
        digits = self._numbers(f"digits-{code}", given)
        weights = self._numbers(f"weights-{code}", given)
        modulus = self._numbers(f"modulus-{code}", given)
        check = None
        if weights or modulus:
            if weights and len(modulus) == 1 and modulus[0] >= 2:
                check = NumberCheck(weights, modulus[0])
            else:
                self.add_error(
                    f"modulus-{code}",
                    _("A check has weights, one for each digit, and a modulus of at least 2."),
                )
        return BankTerms(digits, check)

    def _numbers(self, name: str, given: dict[str, Any]) -> tuple[int, ...]:
        text = arabic_digits(given.get(name, "")).replace(",", " ").split()
        if all(part.isascii() and part.isdigit() and len(part) <= 4 for part in text):
            return tuple(int(part) for part in text)
        self.add_error(name, _("Type numbers, with commas between them."))
        return ()


def _listed(numbers: tuple[int, ...]) -> str:
    return ", ".join(map(str, numbers))
