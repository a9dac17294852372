from matchmaking.recommend.reasons import reasons
from matchmaking.recommend.scoring import Between, Reason
from matchmaking.recommend.weights import MatchWeights
from tests.matchmaking.recommend.parties import somebody
from tests.matchmaking.recommend.test_taxonomy import MEDICAL

KIT_MAKER = somebody(
    country="KR",
    offers=["pcr"],
    languages=["ko", "ru"],
    certifications=["CE", "ISO13485"],
    size="small",
    channels=["zoom", "wechat"],
    awake=0b111111111111,
)
AGENCY = somebody(
    country="KZ",
    needs=["ivd"],
    markets=["KR"],
    languages=["ru"],
    certifications_wanted=["CE"],
    sizes_wanted=["small", "medium"],
    channels=["wechat"],
    awake=0b111111111111 << 2,
)


def test_both_sides_read_why_the_weightiest_first() -> None:
    told = reasons(KIT_MAKER, AGENCY, Between(texts=0.1), MEDICAL, MatchWeights(), slot_minutes=30)
    assert told == [
        Reason("they_need", {"need": "ivd", "offer": "pcr"}, 38),
        Reason("languages", {"shared": ["ru"]}, 12),
        Reason("their_market", {"country": "KR"}, 10),
        Reason("hours", {"minutes": 300}, 8),
        Reason("you_hold", {"shared": ["CE"]}, 5),
        Reason("channels", {"shared": ["wechat"]}, 4),
        Reason("your_size", {"shared": ["small"]}, 2),
    ]
    mirrored = reasons(AGENCY, KIT_MAKER, Between(texts=0.1), MEDICAL, MatchWeights(), slot_minutes=30)
    assert [(reason.code, reason.points) for reason in mirrored] == [
        ("they_offer", 38),
        ("languages", 12),
        ("your_market", 10),
        ("hours", 8),
        ("they_hold", 5),
        ("channels", 4),
        ("their_size", 2),
    ]


def test_what_has_been_is_told_and_sessions_are_not() -> None:
    one, other = somebody(sessions=["a"]), somebody(sessions=["a"])
    between = Between(texts=0.5, earlier=1, viewed=True, declined=True)
    told = reasons(one, other, between, MEDICAL, MatchWeights(), slot_minutes=30)
    assert [reason.code for reason in told] == ["texts", "met_before", "viewed"]
