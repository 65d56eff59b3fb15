"""Who has a row after merges, splits and undos: a replay of what stands. No database."""

import pytest

from customers.rules.merging import Decision, Trail, combined, owner, restored, usual, way

A, B, C, D = 1, 2, 3, 4
D_TO_B = Decision(1, True, B, D)
B_TO_A = Decision(2, True, A, B)
A_TO_C = Decision(3, True, C, A)


@pytest.mark.parametrize(
    ("standing", "whose"),
    [
        ([D_TO_B, B_TO_A, A_TO_C], C),
        ([B_TO_A, A_TO_C], D),
        ([D_TO_B, A_TO_C], B),
        ([D_TO_B, B_TO_A], A),
        ([D_TO_B], B),
        ([], D),
    ],
)
def test_nested_merges_are_undone_in_any_order(standing: list[Decision], whose: int) -> None:
    assert owner(Trail(D), standing) == whose


def test_what_was_decided_about_a_row_outlives_the_undoing_of_a_merge() -> None:
    split = Decision(3, False, A, C)
    row = Trail(B, named=frozenset({2, 3}))
    assert owner(row, [B_TO_A, split]) == owner(row, [split]) == C
    assert owner(row, [B_TO_A]) == A


def test_a_later_row_follows_its_handle_until_its_birth_and_itself_from_then_on() -> None:
    handle = Trail(B)
    row = Trail(A, leader=handle, born=1)
    assert owner(row, [B_TO_A, A_TO_C]) == C
    assert owner(Trail(A, leader=handle, born=0), [A_TO_C]) == B, "without the merge it would have come to B"


def test_a_handle_that_is_given_away_takes_along_only_what_comes_after() -> None:
    given = Decision(1, False, A, B)
    handle = Trail(A, named=frozenset({1}))
    assert owner(Trail(A, leader=handle, born=0), [given]) == A
    assert owner(Trail(B, leader=handle, born=1), [given]) == B


def test_the_steps_of_a_row_are_its_own() -> None:
    _whose, steps = way(Trail(A, leader=Trail(B), born=1), [B_TO_A, A_TO_C])
    assert [(step.decision, step.giver, step.taker) for step in steps] == [(3, A, C)]


def test_fields_are_taken_as_chosen_and_else_from_whoever_has_one() -> None:
    assert (usual("name", "", "Sara"), usual("name", "Ali", "Sara"), usual("tags", [], ["vip"])) == (
        "other",
        "survivor",
        "both",
    )
    assert combined("tags", ["b"], ["a", "b"], "both") == ["a", "b"]
    assert combined("attributes", {"plan": "pro"}, {"plan": "free", "seats": 3}, "both") == {"plan": "pro", "seats": 3}


@pytest.mark.parametrize(
    ("field", "before", "after", "now", "restores"),
    [
        ("name", "Ali", "Sara", "Sara", "Ali"),
        ("name", "Ali", "Sara", "Sara K.", "Sara K."),
        ("tags", ["a"], ["a", "b"], ["a", "b", "c"], ["a", "c"]),
        ("tags", ["a"], ["b"], ["b"], ["a"]),
        ("attributes", {"x": 1}, {"x": 1, "y": 2}, {"x": 5, "y": 2}, {"x": 5}),
        ("attributes", {"x": 1}, {"y": 2}, {"y": 2, "z": 3}, {"x": 1, "z": 3}),
    ],
)
def test_undoing_restores_only_what_still_has_the_merged_value(
    field: str, before: object, after: object, now: object, restores: object
) -> None:
    assert restored(field, before, after, now) == restores
