from helpers.counting import calls

from xlt_core.text.placing import assign


def test_the_nearest_place_behind_the_one_before():
    kano = [[(0, 4), (10, 14), (20, 24)]]
    assert assign([kano, [[(6, 8)]], kano]) == [(0, 4), (6, 8), (10, 14)]
    assert assign([[[(6, 8)]], kano, kano, kano]) == [(6, 8), (10, 14), (20, 24), (0, 4)]


def test_no_place_overlaps_another_or_what_is_taken():
    assert assign([[[(0, 5), (7, 12)]], [[(3, 8)]]], taken=[(12, 20), (0, 1)]) == [(7, 12), None]


def test_a_likelier_group_comes_first():
    assert assign([[[], [(9, 10)], [(0, 1)]]]) == [(9, 10)]


def test_what_is_within_a_longer_mention_is_left_to_it():
    assert assign([[[(0, 4), (21, 25)]], [[(0, 12)]]]) == [(21, 25), (0, 12)]


def test_others_move_one_after_another():
    a, b, c = (0, 1), (2, 3), (4, 5)
    assert assign([[[a, b]], [[b, c]], [[b]], [[a]]]) == [(0, 1), (4, 5), (2, 3), None]
    assert assign([[[a, b]], [[b, c]], [[a]]]) == [b, c, a]


def test_two_move_for_one():
    assert assign([[[(0, 2)], [(10, 12)]], [[(3, 5)], [(13, 15)]], [[(1, 4)]]]) == [(10, 12), (13, 15), (1, 4)]


def test_outputs_that_repeat_themselves_take_no_time():
    places = [[(at, at + 4) for at in range(0, 200, 5)]]
    found, steps = calls(lambda: assign([places] * 500 + [[[(at, at + 9) for at in range(0, 200, 10)]]] * 500))
    assert sum(map(bool, found)) == 40 and steps < 500_000  # 90 million, where each looks for room anew
