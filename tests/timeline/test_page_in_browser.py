"""The replay page in a real Chromium: stepped through, clicked, read as a screen reader reads."""

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from minitasks.timeline.calls import View
from minitasks.timeline.events import Event, Timeline
from minitasks.timeline.findings import Finding
from minitasks.timeline.page import render_page
from tests.parts import wait_until
from tests.recorded import recorded
from tests.timeline import recordings
from tests.timeline.recordings import FILE, HOSTILE_TEXTS, event, hostile, long_timeline

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, FloatRect, Locator, Page, ViewportSize

pytestmark = pytest.mark.browser

Visit = Callable[..., "Page"]
STORY = recordings.story()  # lanes: C, L L L, 1 1 1, L L

# What a reader sees of the current step, in one journey to the browser.
READ_STEP = """() => {
    const line = document.querySelector("#lines [aria-current=step]");
    const texts = (elements) => Array.from(elements, (each) => each.textContent);
    const cells = (row) => [row.cells[0].textContent, row.cells[1].firstChild?.textContent ?? ""];
    const rows = document.querySelectorAll("#variables tr");
    return {
        line: line && Number(line.value),
        code: line && line.querySelector("code").textContent,
        lanesHere: line && texts(line.querySelectorAll(".badge.filled text")),
        file: document.querySelector("#source-name").textContent,
        badge: document.querySelector("#words .badge").textContent,
        words: document.querySelector("#words").textContent,
        position: document.querySelector("#position").textContent,
        slider: document.querySelector("#slider").valueAsNumber,
        acting: document.querySelector("#lane-list .acting strong").textContent,
        variables: Object.fromEntries(Array.from(rows, cells)),
    };
}"""


@pytest.fixture
def visit(browser: "Browser", tmp_path: Path) -> Iterator[Visit]:
    """Open pages from disk; afterwards, none may have complained or asked for what is not there."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []
    requests: list[str] = []

    def visit(
        content: Timeline | str = STORY,
        anchor: str = "",
        size: tuple[int, int] = (1000, 900),
        **more: Any,
    ) -> "Page":
        viewport: ViewportSize = {"width": size[0], "height": size[1]}
        contexts.append(browser.new_context(viewport=viewport, **more))
        page = contexts[-1].new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        page.on("request", lambda request: requests.append(request.url.partition("#")[0]))
        file = tmp_path / f"page{len(contexts)}.html"
        text = render_page(View(content), "A run") if isinstance(content, Timeline) else content
        file.write_text(text, encoding="ascii")
        page.goto(file.as_uri() + anchor)
        return page

    yield visit
    for context in contexts:
        context.close()
    assert complaints == []
    assert set(requests) == {file.as_uri() for file in tmp_path.iterdir()}


@pytest.fixture(scope="module")
def register_product() -> Timeline:
    return recorded("register-product").timeline


def place(page: "Page") -> int:
    return int(page.locator("#slider").input_value())


def go(page: "Page", *keys: str) -> list[int]:
    """Press some keys; tell which step the page shows after each."""
    places = []
    for key in keys:
        page.keyboard.press(key)
        places.append(place(page))
    return places


def box_of(locator: "Locator") -> "FloatRect":
    box = locator.bounding_box()
    assert box is not None
    return box


# -- stepping ------------------------------------------------------------------------------------


def test_register_product_is_stepped_through_to_the_end_by_keyboard(
    visit: Visit, register_product: Timeline
) -> None:
    """At each stop the page shows the event's line, its lane, its variables; and back the same."""
    timeline = register_product
    page = visit(timeline)
    page.keyboard.press("Home")

    def steps(key: str) -> Iterator[dict[str, Any]]:
        for _ in timeline.events:
            yield page.evaluate(READ_STEP)
            page.keyboard.press(key)

    forth = list(steps("ArrowRight"))
    assert list(steps("ArrowLeft")) == forth[::-1]
    for number, (step, shown) in enumerate(zip(timeline.events, forth, strict=True), start=1):
        assert_shows(shown, timeline, step, number)
    # The story, as it was shown: the tasks run; the client may have its answer sooner or later.
    for end, badges in (
        ((" calls register_to_blockchain.", " calls send_confirmation_email."), ["L", "1"]),
        (" complete at the client.", ["C"]),
    ):
        assert [step["badge"] for step in forth if step["words"].endswith(end)] == badges


def assert_shows(shown: dict[str, Any], timeline: Timeline, event: Event, number: int) -> None:
    lane = next(lane for lane in timeline.lanes if lane.number == event.lane)
    # There is one lane of each kind.
    badge = {"event loop": "L", "client": "C", "worker thread": "1"}[lane.kind]
    assert (shown["slider"], shown["acting"]) == (number, lane.name)
    assert shown["position"] == f"{number} of {len(timeline.events)}"
    assert shown["badge"].endswith(badge)
    assert lane.name in shown["words"].lower()
    assert (event.text if event.kind == "mark" else event.function) in shown["words"]
    if event.kind != "mark":
        assert shown["variables"] == dict(event.variables)
    if event.line > 0:
        assert shown["file"] == "/".join(Path(event.file).parts[-2:])
        assert shown["line"] == event.line
        assert shown["code"] == timeline.sources[event.file].split("\n")[event.line - 1]
    if event.line > 0 and event.kind != "mark":
        assert badge in shown["lanesHere"]


def test_each_key_and_each_button_goes_where_it_says(visit: Visit) -> None:
    """First, back, forward, last, and along the lane: by key and by button, and never beyond."""
    page = visit()

    def click(*names: str) -> Iterator[int]:
        for name in names:
            page.get_by_role("button", name=name, exact=True).click()
            yield place(page)

    keys = ("ArrowLeft", "ArrowRight", "End", "ArrowRight", "ArrowLeft", "Home")
    assert go(page, *keys) == [1, 2, 9, 9, 8, 1]
    assert go(page, "ArrowRight", *["Shift+ArrowRight"] * 5) == [2, 3, 4, 8, 9, 9]
    assert go(page, *["Shift+ArrowLeft"] * 4) == [8, 4, 3, 2]
    names = ("Back", "Forward", "Last step", "Forward", "First step")
    assert list(click(*names, "Next in this lane, client", "Forward")) == [1, 2, 9, 9, 1, 1, 2]
    assert list(click("Next event of worker thread 1", "Next event of the event loop")) == [5, 8]
    assert list(click("Next in this lane, event loop")) == [9]


def test_a_click_on_a_bar_goes_there(visit: Visit, register_product: Timeline) -> None:
    """The step is one of the very call that was clicked, also where another call runs inside it."""
    page = visit(register_product, size=(2400, 900))
    for lane, label, name in (
        ("client", "post_product", "post_product"),
        ("worker thread 1", "register_product", "register_product"),
        ("worker thread 1", "save_product", "save_product_to_database"),  # in register_product
    ):
        group = page.locator(f"#drawing .lane[data-name='{lane}']")
        group.locator(".label").filter(has_text=re.compile(f"^{label}")).first.click()
        assert page.locator("#variables-name").text_content() == f"Variables of {name}"


def test_a_click_beside_the_bars_goes_to_the_nearest_step(visit: Visit) -> None:
    """Left of everything is the first step, right of everything the last; dragging goes along."""
    page = visit(anchor="#step=5")
    box = box_of(page.locator("#drawing"))
    clock = box["y"] + box["height"] - 5
    page.mouse.click(box["x"] + 1, clock)
    assert place(page) == 1
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 1, clock, steps=5)
    assert place(page) == 9
    page.mouse.up()


def test_the_page_plays_to_the_end_and_pauses(visit: Visit) -> None:
    """Space plays, the button says Pause meanwhile, and a screen reader hears the end only."""
    page = visit()
    words = page.get_by_role("status")
    speed = page.get_by_label("Speed")
    speed.select_option("1 step/s")
    page.get_by_role("button", name="Play").focus()

    page.keyboard.press("Space")
    page.get_by_role("button", name="Pause").wait_for()
    assert words.get_attribute("aria-live") == "off"
    speed.select_option("40 steps/s")
    page.get_by_role("button", name="Play").wait_for()

    assert place(page) == 9
    assert words.get_attribute("aria-live") == "polite"
    speed.select_option("1 step/s")
    page.locator("h1").click()
    page.keyboard.press("Space")  # from the beginning again, also without the button
    page.get_by_role("button", name="Pause").click()
    assert place(page) < 9


def test_predict_hides_what_comes_and_asks_which_lane_moves_next(visit: Visit) -> None:
    """Where a lane goes free or another one acts, by number; the right answer is the step's."""
    page = visit()
    question = page.get_by_role("group", name="Which lane moves next?")
    page.get_by_role("button", name="Predict").click()
    assert box_of(page.locator(".curtain"))["width"] > 100
    page.locator("h1").click()

    lanes = ["client", "event loop", "worker thread 1"]
    for asked_at, answer, said in ((1, "2", "Yes. "), (4, "1", "No. "), (7, "2", "Yes. ")):
        assert go(page, *["ArrowRight"] * (asked_at - place(page) + 1))[-1] == asked_at
        assert question.is_visible()
        assert page.evaluate("document.activeElement.parentElement.id") == "answers"
        names = question.get_by_role("button").all_inner_texts()
        assert [name[1:].strip() for name in names] == lanes
        assert go(page, answer) == [asked_at + 1]
        assert said in page.get_by_role("status").inner_text()
        assert question.is_hidden()
    assert go(page, "ArrowRight", "ArrowRight") == [9, 9]

    page.get_by_role("button", name="Predict").click()
    assert go(page, "Home", *["ArrowRight"] * 8) == list(range(1, 10))
    assert page.locator(".curtain").is_hidden()


def test_each_sentence_leads_to_the_step_that_it_is_about(visit: Visit) -> None:
    """The sentences stand on top, with their signs; a click shows the first step of the call."""
    view = View(STORY)
    said = (
        Finding(True, "1 < 2"),
        Finding(True, "send is async."),
        Finding(False, "save returned 4."),
        Finding(True, "It was 4."),  # what the sentence before is about
    )
    page = visit(render_page(view, "A run", "", said))

    sentences = page.locator("#sentences li")
    assert [text[0] for text in sentences.all_text_contents()] == ["✓", "✓", "✗", "✓"]
    assert sentences.nth(0).get_by_role("link").count() == 0
    for sentence, name in zip(said[1:], ("send", "save", "save"), strict=True):
        page.get_by_role("link", name=sentence.text).click()
        call = view.call(name)
        assert call is not None
        wait_until(lambda step=call.first + 1: place(page) == step)  # type: ignore[misc]


def test_the_address_leads_to_the_step_and_follows_it(visit: Visit) -> None:
    """#step=7 opens the seventh step; stepping changes the address; a wrong one does no harm."""
    page = visit(anchor="#step=7")
    assert place(page) == 7
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**#step=8")
    page.evaluate("location.hash = '#step=2'")
    wait_until(lambda: place(page) == 2)
    for anchor, number in {"#step=99": 9, "#step=0": 1, "#step=x": 1, "#step=1.5": 1}.items():
        assert place(visit(anchor=anchor)) == number


# -- what is shown ---------------------------------------------------------------------------------


def test_suspended_calls_are_marked_where_they_wait(visit: Visit) -> None:
    """While the worker thread runs line 7, line 3 has the event loop's hollow badge."""
    page = visit(anchor="#step=6")

    def badges(line: int) -> list[list[str]]:
        badge = f"#lines li[value='{line}'] .badge"
        return [page.locator(badge + style).all_text_contents() for style in (".hollow", ".filled")]

    assert [badges(3), badges(7)] == [[["L"], []], [[], ["1"]]]
    assert page.locator("#lane-list li").all_inner_texts()[1].split("\n")[:3] == [
        *("L", "event loop", "runs nothing recorded, 1 suspended")
    ]
    page.keyboard.press("End")
    assert badges(3) == [[], ["L"]]


def test_every_lane_that_runs_is_marked_at_its_own_line(visit: Visit) -> None:
    """While a worker thread is blocked in line 7, the event loop reaches line 3: both are shown."""
    call, line = STORY.events[4:6]
    loop = [replace(event, time=event.time + 10_000) for event in STORY.events[1:3]]
    page = visit(replace(STORY, events=(call, line, *loop)), "#step=4")
    here = page.locator("#lines li").filter(has=page.locator(".badge.filled"))
    assert here.evaluate_all("(items) => items.map((item) => item.value)") == [3, 7]
    assert here.locator(".badge").all_text_contents() == ["L", "1"]
    assert page.locator("#lines [aria-current]").get_attribute("value") == "3"
    assert page.locator("#lane-list .state").all_text_contents() == [
        *("runs nothing recorded", "runs send", "runs save")
    ]


def test_variables_that_a_step_changes_are_marked_in_words(visit: Visit) -> None:
    """Not by colour alone; what is new at the call itself is not marked; what is gone is gone."""
    call, line = STORY.events[1:3]
    events = (
        call,
        replace(line, variables=(("block", "'b2'"), ("size", "2"))),
        replace(line, time=3_500, variables=(("size", "2"),)),
    )
    page = visit(replace(STORY, events=events))

    def rows() -> Any:
        cells = "(rows) => rows.map((row) => Array.from(row.cells, (cell) => cell.textContent))"
        return page.locator("#variables tr").evaluate_all(cells)

    assert rows() == [["block", "'b1'"]]
    page.keyboard.press("ArrowRight")
    assert rows() == [["block", "'b2' changed"], ["size", "2 changed"]]
    page.keyboard.press("ArrowRight")
    assert rows() == [["size", "2"]]


def test_every_kind_of_step_has_its_words(visit: Visit) -> None:
    """Each says which lane does what; only the outermost suspend frees the event loop."""
    page = visit()
    for words in (
        "On the client: request sent.",
        "The event loop calls send.",
        "The event loop reaches line 3 of send.",
        "The event loop suspends send, and is free for other work.",
        "Worker thread 1 calls save.",
        "Worker thread 1 reaches line 7 of save.",
        "On worker thread 1, save returns 4.",
        "The event loop resumes send.",
        "On the event loop, send raises OSError('no chain').",
    ):
        assert page.locator("#words").evaluate("(each) => each.lastChild.textContent") == words
        page.keyboard.press("ArrowRight")


def test_hostile_texts_are_shown_and_never_run(visit: Visit) -> None:
    """At each step the name, the value and the line stand there letter by letter."""
    text = render_page(View(hostile()), HOSTILE_TEXTS[0], "\n\n".join(HOSTILE_TEXTS))
    page = visit(text)

    shown = page.locator("#words, #lines [aria-current] code, #variables td")
    for each in hostile().events:
        wanted = each.text.replace("\ud83d", "\ufffd")
        words, code, value, long_value = (
            text.replace("\ud83d", "\ufffd") for text in shown.all_text_contents()
        )
        assert code == value == wanted
        assert wanted in words
        assert long_value == "y" * 300 + "… (1,000,000 characters)"
        page.keyboard.press("ArrowRight")
    assert page.evaluate("window.hacked") is None
    assert page.locator("h1").text_content() == HOSTILE_TEXTS[0]
    assert page.locator("img").count() == 0


def test_a_cut_recording_and_an_empty_one_say_so(visit: Visit) -> None:
    """The reader learns that steps are missing, and how many."""
    cut = visit(replace(STORY, dropped=123))
    assert "stopped after 9 steps; 123 more" in cut.locator("header").inner_text()
    empty = visit(Timeline((), (), {}))
    assert "Nothing was recorded." in empty.locator("header").inner_text()
    assert not empty.locator("main").is_visible()
    assert "stopped" not in visit().locator("header").inner_text()


# -- by keyboard and screen reader -----------------------------------------------------------------


def test_the_accessibility_tree_names_everything(visit: Visit) -> None:
    """A screen reader finds the controls, the sentence, the source, the table and the lanes."""
    page = visit(anchor="#step=6")

    tree = re.sub(r"\n *", "\n", page.locator("body").aria_snapshot())

    buttons = ("First step", "Back", "Play", "Forward", "Last step")
    for part in (
        *('- heading "A run" [level=1]', '- img "Chart of client, event loop, worker thread 1"'),
        *(f'- button "{name}"' for name in buttons),
        '- button "Next in this lane, worker thread 1"',
        *('- slider "Step": "6"', '- combobox "Speed"', '- region "shop/orders.py"'),
        "- status: Worker thread 1 reaches line 7 of save.",
        "- text: worker thread 1 is here.\n- code: return len(product)",
        "- text: Suspended here, on event loop.\n- code: await sleep(1)",
        *('- heading "Variables of save" [level=2]', '- table "Variables of save"'),
        *('- rowheader "product"', '- button "Next event of the event loop"'),
    ):
        assert part in tree
    assert page.get_by_role("slider").get_attribute("aria-valuetext") == "Step 6 of 9"


def test_everything_that_takes_the_focus_has_a_name_and_shows_it(visit: Visit) -> None:
    """The Tab key passes each control once, in the order of the page, and shows where it is."""
    page = visit(render_page(View(STORY), "A run", "A promise.\n\nMore."))
    focus = """() => {
        const style = getComputedStyle(document.activeElement);
        const { id, textContent } = document.activeElement;
        return [id || textContent, style.outlineStyle, parseFloat(style.outlineWidth)];
    }"""
    for control in (
        *("More", "drawing-frame", "zoom-out", "zoom-in", "first", "back", "play", "forward"),
        *("last", "next-in-lane", "slider", "speed", "find", "predict", "lines"),
    ):
        page.keyboard.press("Tab")
        assert page.evaluate(focus) == [control, "solid", 3]


def test_keys_that_belong_to_others_are_left_to_them(visit: Visit) -> None:
    """To the browser, to the control that has the focus, to the source that scrolls."""
    page = visit(anchor="#step=5")

    others = ("Control+ArrowRight", "Alt+Shift+ArrowRight", "Meta+ArrowRight", "a")
    assert go(page, *others) == [5, 5, 5, 5]
    page.get_by_label("Speed").focus()
    page.keyboard.press("End")
    assert [page.get_by_label("Speed").input_value(), place(page)] == ["40", 5]
    page.get_by_role("slider").focus()
    assert go(page, "ArrowRight", "Space") == [6, 6]  # once, by the slider itself
    assert page.get_by_role("button", name="Play").count() == 1  # no slider plays
    page.get_by_role("button", name="Back").focus()
    assert go(page, "Space") == [5]  # once, and nothing plays
    page.get_by_role("button", name="Play").wait_for()
    go(page, *["Tab"] * 9)
    assert page.evaluate("document.activeElement.id") == "lines"
    assert go(page, "End") == [5]
    # Only who went there with the Tab key wants to scroll it by key; text can be selected.
    page.locator("#lines code").first.click()
    assert go(page, "ArrowRight", "ArrowRight") == [6, 7]
    page.locator("#lines code").first.dblclick()
    assert go(page, "Shift+ArrowRight") == [7]


def test_the_current_line_stays_in_view_when_its_panel_shrinks(visit: Visit) -> None:
    """Unfolding the description takes the source's room, but not the line that is being read."""
    line = STORY.events[2]
    steps = tuple(replace(line, time=1000 * number, line=number) for number in range(1, 100))
    timeline = replace(STORY, events=steps, sources={FILE: "x = 1\n" * 100})
    description = "\n\n".join(["A promise.", *["More."] * 12])
    page = visit(render_page(View(timeline), "A run", description), size=(1000, 1200))
    in_view = """() => {
        const { top, bottom } = document.querySelector("#lines").getBoundingClientRect();
        const line = document.querySelector("#lines [aria-current]").getBoundingClientRect();
        return top <= line.top && line.bottom <= bottom;
    }"""
    while page.evaluate("document.querySelector('#lines').scrollTop") == 0:
        page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")  # the last line that is shown without scrolling
    page.evaluate("document.querySelector('#lines').scrollTop = 0")
    assert page.evaluate(in_view)

    page.locator("summary").click()

    wait_until(lambda: page.evaluate(in_view))


def test_at_200_percent_the_lane_that_acts_stays_in_sight(
    visit: Visit, register_product: Timeline
) -> None:
    """In a window of half the height: its name, at every step, also when the page is scrolled."""
    page = visit(register_product, size=(700, 450))
    page.mouse.wheel(0, 10_000)
    in_sight = """() => {
        const lane = document.querySelector("#lane-list .acting strong").textContent;
        const names = Array.from(document.querySelectorAll("#drawing .name"));
        const name = names.find((each) => each.textContent === lane);
        const { top, bottom } = name.getBoundingClientRect();
        const frame = document.querySelector("#drawing-frame").getBoundingClientRect();
        return 0 <= top && frame.top - 1 <= top && bottom <= Math.min(frame.bottom, innerHeight);
    }"""
    for _ in range(40):
        assert page.evaluate(in_sight)
        go(page, "Shift+ArrowRight", "ArrowRight")


def test_the_page_opens_at_the_request_and_counts_from_it(
    visit: Visit, register_product: Timeline
) -> None:
    """It is at 0, as in the terminal, where the client stands; what was before it is below zero."""
    zero = View(register_product).zero
    page = visit(register_product)
    first = place(page) - 1
    assert register_product.events[first].time >= zero
    assert register_product.events[first - 1].time < zero

    assert page.locator("#moment").inner_text().startswith("0 µs")
    assert "request sent" in page.locator("#words").inner_text()
    of_client = page.locator("#lines li", has=page.locator(".badge.filled[data-lane=C]"))
    assert "client.post(" in of_client.inner_text()
    frame, line = box_of(page.locator("#lines")), box_of(of_client)
    assert frame["y"] <= line["y"]
    assert line["y"] + line["height"] <= frame["y"] + frame["height"]
    page.keyboard.press("Home")
    assert page.locator("#moment").inner_text().startswith("\u2212")


def test_the_call_stack_leads_to_where_each_call_began(visit: Visit) -> None:
    """It names the calls of the current lane, outermost first; each is a button."""
    outer, inner = (
        partial(event, frame=n, function=name) for n, name in ((1, "outer"), (2, "inner"))
    )
    calls = (
        *(outer("call", 0, line=1), inner("call", 1000, line=2), inner("line", 2000, line=3)),
        *(inner("return", 3000, line=3), outer("return", 4000, line=1)),
    )
    page = visit(replace(STORY, events=calls), "#step=3")
    stack = page.locator("#stack button")
    assert stack.all_inner_texts() == ["outer", "inner"]
    assert page.locator("#stack-name").inner_text() == "Call stack of the event loop"

    stack.first.click()
    assert place(page) == 1
    assert stack.all_inner_texts() == ["outer"]


def test_a_step_is_found_by_its_words_or_its_line(visit: Visit) -> None:
    """Enter goes to the next step with the text, and round; where there is none, it says so."""
    page = visit()
    field = page.get_by_role("searchbox", name="Find a step")
    for text, number in (("returns", 7), ("await sleep", 8), ("CALLS SAVE", 5), ("nowhere", 5)):
        field.fill(text)
        field.press("Enter")
        assert place(page) == number
        assert field.get_attribute("aria-invalid") == str(text == "nowhere").lower()


def test_the_library_is_skipped_both_ways(visit: Visit, register_product: Timeline) -> None:
    """Between the program's own steps and the marks, the task classes' lines are passed over."""
    core = {"background.py", "concurrency.py", "dispatch.py"}
    own = [
        number
        for number, event in enumerate(register_product.events, start=1)
        if event.kind == "mark" or Path(event.file).name not in core
    ]
    assert len(own) < len(register_product.events)
    page = visit(register_product)
    page.keyboard.press("Home")
    page.get_by_role("button", name="Skip the library").click()
    assert [place(page), *go(page, *["ArrowRight"] * (len(own) - 1))] == own
    assert go(page, "ArrowLeft") == [own[-2]]
    # The button is there only where it does something.
    assert visit().get_by_role("button", name="Skip the library").count() == 0


def test_a_pause_is_cut_and_a_lane_can_be_hidden(visit: Visit) -> None:
    """Its box takes it out of the chart, whose other lanes move up, and brings it back."""
    page = visit()
    # While the coroutine waits for a second nothing runs: the chart says what it leaves out.
    assert page.locator("#drawing text", has_text="1000.0 ms cut").count() == 1
    names = page.locator("#drawing .name")
    height = box_of(page.locator("#drawing"))["height"]
    page.get_by_label("Show the event loop in the chart").uncheck()
    assert names.all_text_contents() == ["client", "worker thread 1"]
    assert box_of(page.locator("#drawing"))["height"] < height
    page.get_by_label("Show the event loop in the chart").check()
    assert len(names.all_text_contents()) == 3


def test_a_bar_shows_the_arguments_of_its_call(visit: Visit) -> None:
    """Four calls of one function look different."""
    calls = [
        event(
            kind,
            10_000_000 * (number + (kind == "return")),
            recordings.LOOP,
            number,
            "resize",
            1,
            given,
        )
        for number, given in enumerate([{"name": "'cat0'"}, {"name": "'cat1'"}])
        for kind in ("call", "return")
    ]
    page = visit(replace(STORY, events=tuple(calls)))
    labels = page.locator("#drawing .label").all_text_contents()
    assert labels == ["resize(name='cat0')", "resize(name='cat1')"]


def test_on_paper_there_is_nothing_to_press(visit: Visit) -> None:
    """The print style keeps the chart and the words, and leaves the controls out."""
    page = visit()
    page.emulate_media(media="print")
    assert not page.locator("#controls").is_visible()
    assert page.locator("#drawing").is_visible()
    assert page.locator("#words").is_visible()


# -- on every screen -------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [320, 400, 800, 1600])
def test_nothing_is_cut_off(visit: Visit, register_product: Timeline, width: int) -> None:
    """From a phone to a wide screen the page never scrolls sideways, at no step."""
    page = visit(register_product, size=(width, 900))
    for _ in range(0, len(register_product.events), 8):
        go(page, *["ArrowRight"] * 8)
        too_wide = page.evaluate(
            """() => Array.from(document.querySelectorAll("body, main *:not(#lines *)"))
                .filter((each) => each.getClientRects().length > 0)
                .filter((each) => !each.closest(".unseen, svg *"))
                .filter((each) => each.getBoundingClientRect().right > innerWidth)
                .map((each) => each.outerHTML)"""
        )
        assert too_wide == []
        assert page.evaluate("document.scrollingElement.scrollWidth - innerWidth") <= 0


def test_a_narrow_page_can_be_zoomed_and_follows_the_step(visit: Visit) -> None:
    """Zoomed in, the playhead is still in view after each step; zoomed out, it is all there."""
    page = visit(long_timeline(400), size=(400, 900))
    label = page.locator("#drawing .label")
    before = label.count()
    for _ in range(5):
        page.get_by_role("button", name="Zoom in").click()
    assert label.count() > before
    for _ in range(20):
        page.keyboard.press("ArrowRight")
        x = page.locator(".playhead").evaluate("(each) => each.transform.baseVal[0].matrix.e")
        assert 0 <= x <= 400
    for _ in range(5):
        page.get_by_role("button", name="Zoom out").click()
    assert label.count() == before


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_and_lanes_stand_out_from_their_ground(visit: Visit, scheme: str) -> None:
    """Texts by 4.5 to 1 at least, what is drawn by 3 to 1, as WCAG 2.2 AA asks."""
    page = visit(color_scheme=scheme)
    lanes = [f"lane-{lane}" for lane in range(4)]
    now = "color-mix(in srgb, var(--lane) 16%, var(--paper))"  # the ground of the current line

    def luminance(colour: str, lane: str = "lane-0") -> float:
        """Give the relative luminance of a colour in the page's style, as WCAG defines it."""
        probe = """([colour, lane]) => {
            const probe = document.body.appendChild(document.createElement("span"));
            probe.className = lane;
            probe.style.color = colour;
            return getComputedStyle(probe).color;
        }"""
        found = page.evaluate(probe, [colour, lane])  # rgb(r, g, b) or color(srgb r g b)
        parts = [float(part) for part in re.findall(r"[\d.]+", found)[:3]]
        shares = parts if found.startswith("color(") else [part / 255 for part in parts]
        linear = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in shares]
        red, green, blue = linear
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    names = ("paper", "tint", "ink", "faint", "warning", "keyword", "string", "control-edge")
    of = {name: luminance(f"var(--{name})") for name in names}
    grounds = [of["paper"], *(luminance(now, lane) for lane in lanes)]

    assert (of["paper"] > 0.5) == (scheme == "light")
    for text, ground in [
        *itertools.product([of["ink"], of["faint"]], [of["tint"], *grounds]),
        *itertools.product([of["keyword"], of["string"]], grounds),
        *itertools.product([of["paper"]], [luminance("var(--lane)", lane) for lane in lanes]),
        (of["warning"], of["paper"]),
    ]:
        assert contrast(text, ground) >= 4.5
    assert contrast(of["control-edge"], of["paper"]) >= 3


def contrast(one: float, other: float) -> float:
    darker, lighter = sorted([one, other])
    return (lighter + 0.05) / (darker + 0.05)


def test_nothing_moves_by_itself_for_who_asked_for_less_motion(visit: Visit) -> None:
    """The playhead jumps instead of gliding."""
    glide = "getComputedStyle(document.querySelector('.playhead')).transitionDuration"
    assert visit(reduced_motion="no-preference").evaluate(glide) == "0.1s"
    assert visit(reduced_motion="reduce").evaluate(glide) == "0s"


def test_the_page_works_inside_another(visit: Visit, tmp_path: Path) -> None:
    """In a sandboxed frame of the docs it steps, and does not scroll the page around it."""
    (tmp_path / "replay.html").write_text(render_page(View(STORY), "A run"), encoding="ascii")
    frame = (
        "<iframe src='replay.html#step=3' sandbox='allow-scripts' width=600 height=500></iframe>"
    )
    page = visit(f"<p style='height: 700px'>{frame}<p style='height: 3000px'>", size=(1000, 800))
    replay = page.frame_locator("iframe")

    assert replay.locator("#slider").input_value() == "3"
    replay.locator("#legend").click()
    for key in (*["ArrowRight"] * 4, "Space"):
        page.keyboard.press(key)
    replay.get_by_role("button", name="Play").wait_for()

    page.frames[1].wait_for_url("**#step=9")
    assert page.evaluate("scrollY") == 0


def test_the_policy_keeps_out_whatever_gets_in(browser: "Browser", tmp_path: Path) -> None:
    """Were a text ever to become an element, it could neither run nor load anything."""
    hole = (
        "<script>window.hacked = 1</script><img src=x.png onerror='window.hacked = 1'>"
        "<base href='https://example.org'><form action='x.png'></form></body>"
    )
    text = render_page(View(STORY), "A run").replace("</body>", hole)
    (tmp_path / "page.html").write_text(text, encoding="ascii")
    (tmp_path / "x.png").write_bytes(b"")
    page = browser.new_page()
    requests: list[tuple[str, str | None]] = []
    for outcome in ("requestfinished", "requestfailed"):
        page.on(outcome, lambda request: requests.append((request.url[-8:], request.failure)))
    page.goto((tmp_path / "page.html").as_uri())
    page.evaluate("document.forms[0].submit()")

    assert page.locator("img").count() == 1
    assert page.evaluate("document.baseURI") == page.url
    assert page.evaluate("window.hacked") is None
    assert sorted(requests) == [("age.html", None), ("t0/x.png", "csp")]
    page.close()


# -- size ------------------------------------------------------------------------------------------


def test_20_000_steps_open_in_two_seconds_and_step_without_lag(visit: Visit) -> None:
    """It is open when a step is drawn; the next takes less than a frame, of which 60 a second.

    A step's time is that of its thread, not the clock's: what else the machine does is not counted.
    """
    page = visit(long_timeline(20_000), "#step=10000", size=(1600, 900))
    opened = page.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd")

    chromium = page.context.new_cdp_session(page)
    chromium.send("Performance.enable", {"timeDomain": "threadTicks"})

    def busy() -> float:
        metrics = chromium.send("Performance.getMetrics")["metrics"]
        return float(next(each["value"] for each in metrics if each["name"] == "TaskDuration"))

    before = busy()
    page.evaluate(
        """() => {
            const key = { key: "ArrowRight", bubbles: true };
            for (let step = 0; step < 200; step += 1) {
                document.body.dispatchEvent(new KeyboardEvent("keydown", key));
                document.body.getBoundingClientRect();      // so that the layout is counted, too
            }
        }"""
    )

    assert place(page) == 10_200
    assert opened < 2000
    assert (busy() - before) / 200 < 1 / 60
