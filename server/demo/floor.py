"""What the demo's audience does: asks, votes, writes, raises a hand; and how the floor is moderated and judged."""

from datetime import timedelta
from functools import partial

from server.demo.audience import Audience
from server.demo.conference import CRITERIA, Planned, both
from server.demo.meetings import minutes
from server.demo.stage import Player, Stage

QUESTIONS = (
    ("한국에서 수술한 뒤 고국에서는 누가 돌봐 주나요?", "Who looks after me at home when I had surgery in Korea?"),
    ("통역은 어떻게 신청하나요?", "How do I ask for an interpreter?"),
    ("비용에는 무엇이 포함되나요?", "What does the price include?"),
    ("격리 기간은 얼마나 되나요?", "How long is the quarantine?"),
)
LINES = ("안녕하세요!", "Greetings from Almaty", "음성이 잘 들립니다", "Obrigada, muito claro", "Thank you", "好的")
POLL = both("한국에서 진료를 받아 본 적이 있나요?", "Have you been treated in Korea?")
OPTIONS = [both("네", "Yes"), both("아니요", "No"), both("계획 중", "I plan to")]
VOTERS = 40
LONG = timedelta(minutes=30)


class Floor:
    """Lets the floor of each session live."""

    def __init__(self, stage: Stage, organiser: Player, audience: Audience) -> None:
        self._stage = stage
        self._organiser = organiser
        self._audience = audience

    def invite(self, planned: Planned) -> None:
        """Let everything happen that a session's kind asks for."""
        at, starts, ends = self._stage.at, planned.starts_at, planned.ends_at
        for number, material in enumerate(planned.materials):
            at(starts + minutes(5 + 12 * number), partial(self._feature, planned, material))
        if planned.contestants:
            at(starts + minutes(45), partial(self._judge, planned))
            for place in range(len(planned.contestants)):
                at(ends - minutes(8 - 2 * place), partial(self._reveal, planned))
        if planned.session.kind == "ceremony":
            return
        for number, text in enumerate(self._stage.rng.sample(QUESTIONS, 3)):
            at(starts + minutes(6 + 3 * number), partial(self._ask, planned, text[number % 2]))
        for number, line in enumerate(self._stage.rng.sample(LINES, 4)):
            at(starts + minutes(4 + 4 * number), partial(self._write, planned, line))
        if ends - starts > LONG:
            at(starts + minutes(15), partial(self._poll, planned))

    async def _run(self, planned: Planned, what: str, body: object = None, method: str = "POST") -> None:
        await self._stage.must(self._organiser, method, f"/programme/{planned.id}/{what}", body)

    async def _feature(self, planned: Planned, material: str) -> None:
        await self._run(planned, "featured", {"material": material}, "PUT")

    async def _some(self, planned: Planned, most: int) -> list[Player]:
        """So many of those who watch now, or all of them."""
        there = sorted(self._audience.people_at(planned))
        return [await self._stage.enter(one) for one in self._stage.rng.sample(there, min(most, len(there)))]

    async def _write(self, planned: Planned, line: str) -> None:
        for player in await self._some(planned, 1):
            await self._stage.ask(player, "POST", f"/programme/{planned.id}/chat", {"text": line})

    async def _ask(self, planned: Planned, text: str) -> None:
        """A question, a look by the organiser, votes for it, and later an answer."""
        here = f"/programme/{planned.id}/questions"
        asker, *others = await self._some(planned, self._stage.rng.randint(3, 15))
        question = (await self._stage.must(asker, "POST", here, {"text": text}))["id"]
        await self._run(planned, f"questions/{question}/approve")
        for player in others:
            await self._stage.must(player, "POST", f"{here}/{question}/vote")
        later = self._stage.clock.now() + minutes(8)
        self._stage.at(later, partial(self._run, planned, f"questions/{question}/answer", {}))

    async def _poll(self, planned: Planned) -> None:
        here = f"/programme/{planned.id}/polls"
        draft = {"kind": "single", "question": POLL, "options": OPTIONS}
        poll = (await self._stage.must(self._organiser, "POST", here, draft))["id"]
        await self._run(planned, f"polls/{poll}/open")
        for player in await self._some(planned, VOTERS):
            choice = self._stage.rng.choices(["0", "1", "2"], [2, 5, 3])
            await self._stage.must(player, "POST", f"{here}/{poll}/vote", {"choice": choice})
        closes = self._stage.clock.now() + minutes(5)
        self._stage.at(closes, partial(self._run, planned, f"polls/{poll}/close"))

    async def _judge(self, planned: Planned) -> None:
        """Each juror gives each contestant points; then judging is closed."""
        for juror in planned.jurors:
            player = await self._stage.enter(juror)
            for contestant in planned.contestants:
                points = [self._stage.rng.randint(most // 2, most) for *_, most, _ in CRITERIA]
                path = f"/programme/{planned.id}/contest/contestants/{contestant}/score"
                await self._stage.must(player, "PUT", path, {"points": points})
        await self._run(planned, "contest/close", {})

    async def _reveal(self, planned: Planned) -> None:
        """The next place from the last one up; whoever share one are called together, so there may be none left."""
        contest = await self._stage.must(self._organiser, "GET", f"/programme/{planned.id}/contest")
        places = {contestant["rank"] for contestant in contest["contestants"]}
        if contest["revealed"] < len(places):
            await self._run(planned, "contest/reveal", {})
