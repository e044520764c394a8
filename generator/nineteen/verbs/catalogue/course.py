"""The page of lessons: which gate, size and strategy serve which one, and a course of two hours."""

from dataclasses import dataclass

from nineteen.script.choices import file_stem
from nineteen.script.naming import subject
from nineteen.script.render import environment, render
from nineteen.script.spec import ScriptSpec
from nineteen.verbs.catalogue.failures import FAILURES
from nineteen.verbs.catalogue.failures import FOLDER as FAILED

PAGE = "course.md"  # in the folder of the catalogue
MINUTES = 120  # of the course


@dataclass(frozen=True)
class Lesson:
    """A lesson: scripts of the catalogue by their files, lessons in failure, and what to do.

    `minutes` are planned, not measured. `in_course` says whether the course of two hours has it.
    """

    title: str
    minutes: int
    scripts: tuple[str, ...]
    aim: str
    do: str
    failures: tuple[str, ...] = ()
    in_course: bool = True


# In the order in which they build on each other.
LESSONS = (
    Lesson(
        "A network in under 20 lines",
        20,
        ("and_full",),
        "A neural network is a few lines of arithmetic, repeated.",
        "Run the script. Go through it line by line: what goes in, what comes out, what is"
        " adjusted. `python -m generator explain and` says what each line means.",
    ),
    Lesson(
        "One unit draws one line",
        15,
        ("and_h1_full",),
        "One hidden unit is enough for `and`, and can never be enough for `xor`.",
        "Draw the four rows as the corners of a square. Part the ones from the zeros with a ruler:"
        " for `and`, then for `xor`. Then run both scripts.",
        failures=("one_hidden_unit",),
    ),
    Lesson(
        "Why the hidden layer",
        10,
        ("xor_h2_full", "xor_full"),
        "Two units can do what one cannot; a few more make it sure.",
        "Run both scripts with the seeds 0 to 9, by changing the number in `default_rng`. Count how"
        " often each learns.",
    ),
    Lesson(
        "The batch size",
        25,
        ("xor_full", "xor_mini", "xor_sgd", "xor_loss_full", "xor_loss_mini", "xor_loss_sgd"),
        "One row, some rows or all rows an update: what changes in the script, and what it costs.",
        "Compare the first three scripts: which lines differ? Run the other three, and draw the"
        " loss on paper. Which one is smooth, and which one makes the most updates?",
    ),
    Lesson(
        "When it does not learn",
        15,
        (),
        "A network that fails says why, if one looks.",
        "Give each group one script that does not learn. They run it, find the reason, and mend it."
        " [Lessons in failure](failures/README.md) has the answers.",
        failures=("learning_rate_too_large", "too_few_epochs", "forgotten_bias", "wrong_bracket"),
    ),
    Lesson(
        "Write it yourself",
        30,
        ("xor_mini",),
        "Who can write the lines that learn has understood them.",
        "Make an exercise with `python -m generator xor --batch mini --exercise`, or with `--format"
        " ipynb` as a notebook. Each line has a check of its own. With `--variants 30` each student"
        " gets another one.",
    ),
    Lesson(
        "Five gates in one network",
        5,
        ("and_or_xor_nand_nor_full",),
        "One hidden layer can serve several answers at once.",
        "Run it. Which lines differ from those of the script of `xor`?",
    ),
    Lesson(
        "More units",
        15,
        ("xor_h2_full", "xor_h4_full", "xor_h16_full", "xor_h64_full"),
        "More units make learning surer, not the answer better.",
        "Run each with five seeds. Note for each how often it learns, and how many numbers it"
        " adjusts.",
        in_course=False,
    ),
    Lesson(
        "Other activations",
        15,
        ("xor_full", "xor_tanh_full", "xor_relu_full"),
        "Another activation means another slope in backpropagation.",
        "Find the lines that differ. Draw the three curves, and mark where each is flat.",
        in_course=False,
    ),
    Lesson(
        "More inputs",
        15,
        ("xor_full", "xor3_full", "xor4_full", "xor4_mini", "xor8_mini"),
        "Each input more doubles the table, and parity becomes harder.",
        "Write the truth table of `xor3` by hand. Then compare the sizes and the updates.",
        in_course=False,
    ),
    Lesson(
        "A network that adds",
        20,
        ("half_adder_full", "full_adder_full", "full_adder_mini"),
        "Logic gates can calculate: sum and carry of two or three bits.",
        "Add 1 + 1 + 1 on paper in binary. Find the row in the table, and the network's answer.",
        in_course=False,
    ),
    Lesson(
        "Two hidden layers",
        20,
        ("xor_full", "xor_h8x4_full", "xor_h8x4_mini"),
        "Deeper needs a loop over the layers, and it does not always learn faster.",
        "Where did `W1` and `W2` go? Compare the number of updates.",
        in_course=False,
    ),
    Lesson(
        "Your own truth table",
        15,
        ("table3_69_17_full", "table4_1ee1_full", "table3_6_full"),
        "Any function of some bits can be learned from its table.",
        'Invent a rule with three inputs. Make its script: `python -m generator --expr "a and (b !='
        ' c)"`.',
        in_course=False,
    ),
)


def page(specs: list[ScriptSpec]) -> str:
    """The Markdown page, from the specs of the catalogue.

    Raises KeyError for a lesson's script that is not in it.
    """
    links = {file_stem(spec): (f"{file_stem(spec)}.py", spec) for spec in specs}
    links |= {one.name: (f"{FAILED}/{one.name}.py", one.spec) for one in FAILURES}
    lessons = [
        (lesson, [links[name] for name in lesson.scripts + lesson.failures]) for lesson in LESSONS
    ]
    values = {"lessons": lessons, "plan": plan(), "minutes": MINUTES, "subject": subject}
    return environment().get_template("course.md.j2").render(values | {"render": render})


def plan() -> list[tuple[str, str, Lesson]]:
    """The course: when each of its lessons begins and ends, as hours and minutes."""
    times = []
    now = 0
    for lesson in LESSONS:
        if lesson.in_course:
            times.append((_clock(now), _clock(now + lesson.minutes), lesson))
            now += lesson.minutes
    return times


def _clock(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02}"
