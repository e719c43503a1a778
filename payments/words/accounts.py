"""The words of school accounts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from payments.rules.accounts import AccountStatus
from payments.words.rounds import Word

ACCOUNT_STATUS_NAMES: dict[str, Word] = {
    AccountStatus.PROPOSED: _("Waiting for the director"),
    AccountStatus.DIRECTOR_APPROVED: _("Waiting for the fund"),
    AccountStatus.ACCEPTED: _("Accepted by the fund"),
    AccountStatus.SENT_BACK: _("Sent back to be mended"),
    AccountStatus.SUPERSEDED: _("Replaced"),
}
ACCOUNT_STATUS_PILLS: dict[str, str] = {
    AccountStatus.PROPOSED: "sun",
    AccountStatus.DIRECTOR_APPROVED: "info",
    AccountStatus.ACCEPTED: "good",
    AccountStatus.SENT_BACK: "bad",
    AccountStatus.SUPERSEDED: "",
}
# Names of the banks behind the Bank of Thailand's codes; names are not translated.
BANK_NAMES: dict[str, str] = {
    "002": "ธนาคารกรุงเทพ",
    "004": "ธนาคารกสิกรไทย",
    "006": "ธนาคารกรุงไทย",
    "011": "ธนาคารทหารไทยธนชาต",
    "014": "ธนาคารไทยพาณิชย์",
    "022": "ธนาคารซีไอเอ็มบี ไทย",
    "024": "ธนาคารยูโอบี",
    "025": "ธนาคารกรุงศรีอยุธยา",
    "030": "ธนาคารออมสิน",
    "033": "ธนาคารอาคารสงเคราะห์",
    "034": "ธนาคารเพื่อการเกษตรและสหกรณ์การเกษตร (ธ.ก.ส.)",
    "066": "ธนาคารอิสลามแห่งประเทศไทย",
    "067": "ธนาคารทิสโก้",
    "069": "ธนาคารเกียรตินาคินภัทร",
    "070": "ธนาคารไอซีบีซี (ไทย)",
    "071": "ธนาคารไทยเครดิต",
    "073": "ธนาคารแลนด์ แอนด์ เฮ้าส์",
}

# What keeps rules from being used, said to the person of the fund who writes them.
RULES_FAULTS: dict[str, Word] = {
    "no_pattern": _("Give at least one pattern of the account's name."),
    "pattern_without_school": _(
        "Each pattern must hold {school}, or any school's account would do."
    ),
    "no_bank": _("Allow at least one bank."),
    "bank_digits": _("Give the lengths of the number, 6 to 15 digits, for example 10 or 12, 15."),
    "check_length": _("The check must have as many weights as the number has digits."),
}


def rules_fault(what: str, code: str) -> str:
    """The sentence for a fault of rules; a bank's names the bank."""
    sentence = str(RULES_FAULTS[code])
    return f"{BANK_NAMES[what]}: {sentence}" if what in BANK_NAMES else sentence
