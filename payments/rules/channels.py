"""How a pupil receives money, and why not. Pure."""

from enum import StrEnum


class ChannelKind(StrEnum):
    PROMPTPAY_PUPIL = "promptpay_pupil"
    PROMPTPAY_GUARDIAN = "promptpay_guardian"
    SCHOOL_ACCOUNT = "school_account"


class PromptPayState(StrEnum):
    UNKNOWN = "unknown"
    OPENED = "opened"
    NOT_OPENED = "not_opened"
    FAILED = "failed"


def why_not_channel(
    kind: str, *, identity_kind: str | None, guardian_has_id: bool | None
) -> str | None:
    """A code for why this pupil cannot be paid this way, or None.

    `identity_kind` is national_id, g_code or None (no settled id); `guardian_has_id` is
    None when no guardian is chosen.

    >>> why_not_channel("promptpay_pupil", identity_kind="g_code", guardian_has_id=None)
    'promptpay_needs_national_id'
    >>> why_not_channel("school_account", identity_kind=None, guardian_has_id=None)
    """
    kind = ChannelKind(kind)
    if kind is ChannelKind.SCHOOL_ACCOUNT:
        return None
    if identity_kind != "national_id":
        return "promptpay_needs_national_id"
    if kind is ChannelKind.PROMPTPAY_GUARDIAN:
        if guardian_has_id is None:
            return "guardian_missing"
        if not guardian_has_id:
            return "guardian_id_missing"
    return None


def why_not_confirm_unchanged(
    kind: str | None,
    *,
    identity_kind: str | None,
    guardian_has_id: bool | None,
    promptpay_state: str,
) -> str | None:
    """A code for why a continuing pupil's data cannot be confirmed as they stand, or None.

    `guardian_has_id` is None when no guardian is known. The school's duty is to see to
    guardian, PromptPay and channel (letter 004, line 64).

    >>> why_not_confirm_unchanged(
    ...     "promptpay_pupil", identity_kind="national_id", guardian_has_id=False, promptpay_state="unknown"
    ... )
    """
    if not kind:
        return "channel_unknown"
    if fault := why_not_channel(kind, identity_kind=identity_kind, guardian_has_id=guardian_has_id):
        return fault
    if kind != ChannelKind.SCHOOL_ACCOUNT and guardian_has_id is None:
        return "guardian_missing"
    if kind != ChannelKind.SCHOOL_ACCOUNT and promptpay_state in (
        PromptPayState.NOT_OPENED,
        PromptPayState.FAILED,
    ):
        return "promptpay_not_opened"
    return None
