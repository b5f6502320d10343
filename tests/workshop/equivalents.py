"""Equivalents: mutants of the solutions that no grader should catch, each with the reason.

A mutant is known by the exercise, the line that was changed, and the line that took its place.
"""

WORDS = "the words of a message are nobody's promise"
MORE = "more of the same shows nothing else"
ANY_NAME = "any name does, as long as it is the same everywhere"
ANY_VALUE = "any value does, as long as it is not the caller's"

EQUIVALENT: dict[str, dict[str, str]] = {
    "keep_going": {
        'raise ExceptionGroup("background tasks failed", failures) -> '
        'raise ExceptionGroup("XXbackground tasks failedXX", failures)': WORDS,
        'raise ExceptionGroup("background tasks failed", failures) -> '
        'raise ExceptionGroup("BACKGROUND TASKS FAILED", failures)': WORDS,
    },
    "prove_the_order": {
        "for _ in range(3): -> for _ in range(4):": MORE,
        "for _ in range(2): -> for _ in range(3):": MORE,
    },
    "prove_the_offload": {
        'seen = customer.get("nobody") -> seen = customer.get(None)': ANY_VALUE,
        'seen = customer.get("nobody") -> seen = customer.get("XXnobodyXX")': ANY_VALUE,
        'seen = customer.get("nobody") -> seen = customer.get("NOBODY")': ANY_VALUE,
        'customer.set("grace") -> customer.set(None)': ANY_VALUE,
        'customer.set("grace") -> customer.set("XXgraceXX")': ANY_VALUE,
        'customer.set("grace") -> customer.set("GRACE")': ANY_VALUE,
        "except (ValueError, LookupError) as problem: -> except BaseException as problem:": (
            "whatever was raised is compared with what should have been"
        ),
        "loop_thread = threading.get_ident() -> loop_thread = None": (
            "then the function waits in vain on the event loop's thread, and finds the same"
        ),
    },
    "outgrow_it": {
        'engine = Celery("shop", broker="filesystem://") -> '
        f'engine = Celery({name}broker="filesystem://")': ANY_NAME
        for name in ("None, ", "", '"XXshopXX", ', '"SHOP", ')
    }
    | {
        'engine = Celery("shop", broker="filesystem://") -> '
        'engine = Celery("shop", broker="FILESYSTEM://")': "kombu does not mind the case",
        'waiting = folder / "waiting" -> waiting = folder / "XXwaitingXX"': ANY_NAME,
        'waiting = folder / "waiting" -> waiting = folder / "WAITING"': ANY_NAME,
    },
}
