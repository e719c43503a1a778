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
    "073": "ธนาคารแลนด์ แอนด์ เฮ้าส์",
}
