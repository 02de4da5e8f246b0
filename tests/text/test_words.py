import subprocess
import sys

import pytest

from xlt_core.settings import ROOT
from xlt_core.text.words import count, cuts, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ọjọ́ àkọ́kọ́, ni.", "Ọjọ́ àkọ́kọ́ ni"),
        ("Cy'u Rwanda mu 2019", "Cy u Rwanda mu 2019"),
        ("राम और रामायण।", "राम और रामायण"),
        ("می\u200cخواهم x_y", "می\u200cخواهم x y"),
        ("ߒߞߏ ߞߊ߲", "ߒߞߏ ߞߊ߲"),
        ("አዲስ አበባ፣ ፲፪", "አዲስ አበባ ፲፪"),
        ("นายกรัฐมนตรีเปิดโรงพยาบาล", "นายก รัฐมนตรี เปิด โรง พยาบาล"),
        ("မြန်မာနိုင်ငံသည်", "မြန်မာနိုင်ငံ သည်"),
        ("ខ្ញុំស្រលាញ់ប្រទេសកម្ពុជា", "ខ្ញុំ ស្រលាញ់ ប្រទេស កម្ពុជា"),
        ("ພາສາລາວເປັນພາສາ", "ພາສາ ລາວ ເປັນ ພາສາ"),
        ("བོད་སྐད་ཡིག", "བོད སྐད ཡིག"),
        ("我爱北京天安门", "我 爱 北京 天安门"),
        ("今日は東京へ行く", "今日 は 東京 へ 行く"),
        ("한국어를 배워요", "한국어를 배워요"),
        ("", ""),
    ],
)
def test_words_of_any_script(text, expected):
    assert words(text) == expected.split()


def test_cuts_are_counted_in_characters():
    text = "🌍 นายกเปิด"
    assert {text.index("เปิด"), len(text)} <= cuts(text)
    assert cuts("Aline yageze i Kigali") == frozenset()


def test_icu_loads_only_where_it_is_needed():
    code = "import sys; from xlt_core.text.words import words; words('Ọjọ́'); print('icu4py' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Ọjọ́ – àkọ́kọ́, ni.", 4), ("นายกรัฐมนตรีเปิด", 3), ("བོད་སྐད་ཡིག", 3), ("我爱北京", 3), ("", 0)],
)
def test_words_are_counted_between_spaces_or_by_dictionary(text, expected):
    assert count(text) == expected
