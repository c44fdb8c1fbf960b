"""Which test writes by a method and reads the record back, by provider, resource and method."""

from collections.abc import Callable, Mapping

from tests.netsuite import test_writes as netsuite_writes
from tests.writes import test_actions, test_attachments, test_round_trips
from tests.writes.trials import TRIALS, key_of

Write = tuple[str, str, str]
Test = Callable[..., object]
ROUND_TRIP = test_round_trips.test_what_is_written_reads_back_and_an_update_touches_only_what_it_names
ACTIONS: Mapping[str, Mapping[str, Test]] = {
    "accounting/attachments": {
        "create": test_attachments.test_each_kind_is_kept_with_each_document_and_reads_back,
        "delete": test_attachments.test_an_attachment_is_deleted_and_never_changed,
        "download": test_attachments.test_a_file_is_downloaded_byte_for_byte_and_no_browser_runs_it,
    },
    "accounting/invoices": {
        "submit approve void": test_actions.test_an_invoice_is_submitted_approved_and_voided,
        "dispute withdraw-dispute abandon": test_actions.test_an_invoice_is_disputed_taken_back_and_abandoned,
        "reject": test_actions.test_a_rejected_invoice_is_not_deleted_but_says_how_to_abandon_it,
        "delete": test_actions.test_deleting_an_invoice_voids_it_and_doing_so_again_changes_nothing,
    },
    "accounting/purchase_orders": {
        "issue close reopen cancel": (
            test_actions.test_an_order_is_issued_changed_closed_reopened_and_cancelled
        ),
        "delete": test_actions.test_an_order_is_created_and_issued_in_one_write_and_a_delete_cancels_it,
    },
    "accounting/purchase_order_requisitions": {
        "submit approve": test_actions.test_a_requisition_is_submitted_approved_and_becomes_an_order,
        "reject delete": test_actions.test_a_rejected_requisition_is_a_draft_again_and_can_be_deleted,
    },
    "user-directory/groups": {
        "add-user remove-user": test_actions.test_members_join_and_leave_a_group_and_may_do_so_twice,
    },
}
READ_BACK: Mapping[Write, Test] = {
    **{
        (provider, key_of(name), method): ROUND_TRIP
        for provider, trial in TRIALS.items()
        for name in trial.samples
        for method in ("create", "update")
    },
    **{
        ("coupa", key, method): test
        for key, tests in ACTIONS.items()
        for methods, test in tests.items()
        for method in methods.split()
    },
    **{
        (
            "netsuite",
            key_of(name),
            "delete",
        ): netsuite_writes.test_what_is_deleted_is_gone_and_may_be_deleted_once
        for name in TRIALS["netsuite"].samples
    },
    ("netsuite", "user-directory/users", "update"): netsuite_writes.test_a_user_is_renamed_and_switched_off,
}
