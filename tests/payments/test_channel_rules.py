"""Which channel a pupil can have, and what can be confirmed as it stands."""

from __future__ import annotations

import pytest

from payments.rules.channels import why_not_channel, why_not_confirm_unchanged


@pytest.mark.parametrize(
    ("kind", "identity", "guardian", "reason"),
    [
        ("promptpay_pupil", "national_id", None, None),
        ("promptpay_pupil", "g_code", True, "promptpay_needs_national_id"),
        ("promptpay_pupil", None, True, "promptpay_needs_national_id"),
        ("promptpay_guardian", "national_id", True, None),
        ("promptpay_guardian", "national_id", False, "guardian_id_missing"),
        ("promptpay_guardian", "national_id", None, "guardian_missing"),
        ("promptpay_guardian", "g_code", True, "promptpay_needs_national_id"),
        ("school_account", "g_code", None, None),
        ("school_account", None, None, None),
        ("school_account", "national_id", None, None),
    ],
)
def test_which_channels_a_pupil_can_have(kind, identity, guardian, reason):
    assert why_not_channel(kind, identity_kind=identity, guardian_has_id=guardian) == reason


def test_a_channel_we_do_not_know_is_an_error():
    with pytest.raises(ValueError, match="cheque"):
        why_not_channel("cheque", identity_kind="national_id", guardian_has_id=True)


@pytest.mark.parametrize(
    ("kind", "guardian", "state", "reason"),
    [
        (None, True, "unknown", "channel_unknown"),
        ("promptpay_pupil", False, "unknown", None),
        ("promptpay_pupil", None, "opened", "guardian_missing"),
        ("promptpay_guardian", False, "opened", "guardian_id_missing"),
        ("promptpay_pupil", True, "not_opened", "promptpay_not_opened"),
        ("promptpay_pupil", True, "failed", "promptpay_not_opened"),
        ("school_account", None, "unknown", None),
    ],
)
def test_what_cannot_be_confirmed_as_it_stands(kind, guardian, state, reason):
    found = why_not_confirm_unchanged(
        kind, identity_kind="national_id", guardian_has_id=guardian, promptpay_state=state
    )
    assert found == reason
