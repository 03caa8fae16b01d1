"""What players do, in Chromium, against the real server."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import WAIT_MS, Open, picture, state_is
from tests.browser.line import line
from tests.server.data import CALM_ZONE, make_data
from tests.server.door import ask
from tests.server.servers import Served, serving, wait_for
from tools import png

pytestmark = pytest.mark.browser

# Kills whoever walks away from the middle, however late, and leaves the others alone.
NARROW_ZONE = (
    "[[phase]]\nwait_s = 4.0\nshrink_s = 0.5\nradius_ratio = 0.5\ndamage_hp_per_s = 60.0\n"
    + CALM_ZONE.replace("damage_hp_per_s = 1.0", "damage_hp_per_s = 60.0", 1)
)
AWAY_S = 10.0


def address(server: Served) -> str:
    return f"http://127.0.0.1:{server.http_port}/"


def play(page: Page, name: str) -> None:
    """From the title into a match, as a newcomer does it."""
    state_is(page, "title")
    page.get_by_label("Your name").fill(name)
    page.get_by_role("button", name="Play", exact=True).click()
    state_is(page, "playing")


def snapshots(page: Page) -> int:
    """How many came so far, in the connection there is."""
    return int(page.evaluate("Number(document.documentElement.dataset.snapshots ?? 0)"))


def shows_something(path: Path) -> None:
    assert not png.looks_blank(png.decode(path.read_bytes())), path


def people(server: Served) -> list[tuple[int, int]]:
    """Of every match, who is connected and who is waited for."""
    return [(match["humans"], match["away"]) for match in server.get("/api/status")["matches"]]


def test_a_guest_plays_dies_watches_and_plays_again(tmp_path: Path, open_page: Open) -> None:
    data = make_data(tmp_path / "data", NARROW_ZONE, join_window_s="600.0")
    players = {"grace_s": 30.0, "killer_delay_s": 1.0}
    with serving(tmp_path, "--data", data, match={"bots": 20}, players=players) as server:
        opened = time.monotonic()
        page = open_page(address(server))
        play(page, "Ada")
        print(f"in the match {time.monotonic() - opened:.1f} s after opening the page")
        page.mouse.move(900, 300)
        page.keyboard.down("KeyA")
        page.mouse.down()
        wait_for(lambda: snapshots(page) > 30)
        shows_something(picture(page, "playing"))
        page.mouse.up()
        state_is(page, "dead")
        page.keyboard.up("KeyA")
        card = page.get_by_role("dialog")
        expect(card).to_contain_text("Eliminated", timeout=WAIT_MS)
        expect(card).to_contain_text("Counts towards your profile when the match ends")
        picture(page, "eliminated")
        page.get_by_role("button", name="Keep watching").click()
        bar = page.get_by_role("region", name="Watching")
        expect(bar).to_be_visible(timeout=WAIT_MS)
        seen = snapshots(page)
        wait_for(lambda: snapshots(page) > seen + 30)
        shows_something(picture(page, "spectating"))
        bar.get_by_role("button", name="Play again").click()
        state_is(page, "playing")
        wait_for(lambda: snapshots(page) > 10)
        picture(page, "again")
        assert server.metrics()["ringfall_match_faults_total"] == 0
        page.context.close()
        assert server.stop() == 0


def leave_and_look_up_oneself(page: Page, server: Served) -> None:
    """What somebody did counts when they leave for good."""
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Leave the match").click()
    state_is(page, "title")
    token = page.evaluate("localStorage.getItem('ringfall.token')")
    wait_for(lambda: ask(server, "GET", "/api/profile", token=token).body["sums"]["matches"] == 1)
    page.get_by_role("button", name="Profile").click()
    profile = page.get_by_role("dialog", name="Ada")
    expect(profile).to_contain_text("Guest since", timeout=WAIT_MS)
    expect(profile.locator(".stats div").first).to_have_text("1Matches")
    expect(profile.get_by_role("table", name="By class")).to_be_visible()
    picture(page, "profile")
    page.keyboard.press("Escape")
    expect(profile).to_be_hidden()
    page.get_by_role("button", name="Leaderboards").click()
    boards = page.get_by_role("dialog", name="Leaderboards")
    expect(boards).to_contain_text("You: 0 in 1 match.", timeout=WAIT_MS)
    boards.get_by_role("tab", name="Wins").press("ArrowLeft")
    expect(boards).to_contain_text("You: 0 of the 10 finished matches it takes", timeout=WAIT_MS)
    picture(page, "leaderboards")
    boards.get_by_role("button", name="Done").click()
    expect(page.get_by_label("Your name")).to_be_visible()


def test_two_browsers_meet_in_one_match(tmp_path: Path, open_page: Open) -> None:
    data = make_data(tmp_path / "data", CALM_ZONE, join_window_s="600.0", size="2")
    with serving(tmp_path, "--data", data, match={"bots": 0}) as server:
        # Small windows: two are drawn without a graphics card.
        ada, bo = (open_page(address(server), width=640, height=400) for _ in range(2))
        state_is(ada, "title")
        picture(ada, "title-small")
        play(ada, "Ada")
        play(bo, "Bo")
        wait_for(lambda: (2, 0) in people(server), lambda: people(server))
        # The two are one team: each page names the other and follows how they fare.
        expect(ada.locator(".mates")).to_contain_text("Bo", timeout=WAIT_MS)
        expect(bo.locator(".mates")).to_contain_text("Ada", timeout=WAIT_MS)
        shows_something(picture(ada, "two-in-a-match"))
        bo.context.close()
        wait_for(lambda: (1, 1) in people(server) or (1, 0) in people(server))
        leave_and_look_up_oneself(ada, server)
        ada.context.close()
        assert server.stop() == 0


def test_ten_seconds_without_a_network(tmp_path: Path, open_page: Open) -> None:
    data = make_data(tmp_path / "data", CALM_ZONE, join_window_s="600.0")
    with line() as cable:
        url = f"ws://127.0.0.1:{cable.port}/"
        settings = {"public_game_url": url}
        with serving(
            tmp_path,
            "--data",
            data,
            # Nobody who could kill a body that stands still.
            match={"bots": 0},
            server=settings,
            players={"grace_s": 60.0},
        ) as server:
            cable.target_port = server.game_port
            page = open_page(address(server), forgive=("WebSocket", "ERR_INTERNET_DISCONNECTED"))
            play(page, "Ada")
            wait_for(lambda: (1, 0) in people(server), lambda: people(server))
            joined = server.metrics()["ringfall_matches_started_total"]
            page.context.set_offline(True)
            cable.cut()
            state_is(page, "reconnecting")
            picture(page, "reconnecting")
            wait_for(lambda: (0, 1) in people(server), lambda: people(server))
            time.sleep(AWAY_S)
            assert people(server) == [(0, 1)], "the body waits"
            cable.mend()
            page.context.set_offline(False)
            state_is(page, "playing")
            wait_for(lambda: people(server) == [(1, 0)], lambda: people(server))
            wait_for(lambda: snapshots(page) > 10)
            shows_something(picture(page, "back"))
            assert server.metrics()["ringfall_matches_started_total"] == joined
            page.context.close()
            assert server.stop() == 0
