"""What bots are called."""

FIRST = (
    "Amber Basalt Cinder Dune Ember Flint Gale Hazel Iris Juniper Kestrel Larch Marl Nettle "
    "Onyx Pyrite Quartz Raven Slate Tansy Umber Viper Wren Yarrow Zephyr"
).split()
SECOND = "Ash Bolt Claw Fang Glint Helm Jolt Lance Pike Reed Spark Thorn".split()


def bot_names(count: int, seed: int) -> list[str]:
    """``count`` names of at most 16 characters, without repetition, in an order by seed."""
    pairs = len(FIRST) * len(SECOND)
    names = []
    for index in range(count):
        # 7 and 300 have no common factor: every pair comes once before any comes again.
        pick = (seed + index * 7) % pairs
        name = f"{FIRST[pick % len(FIRST)]} {SECOND[pick // len(FIRST)]}"
        names.append(name if index < pairs else f"{name} {index // pairs + 1}")
    return names
