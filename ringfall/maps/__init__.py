"""Maps: reading Tiled's files, judging them, making new ones, drawing pictures of them.

``shapes`` turns a drawn shape into rows, ``reading`` a file into a map, ``ground`` says where a
body fits and how far it walks, ``checking`` judges a map, ``generating`` makes one from a seed,
``rendering`` paints one, ``choosing`` finds the one a name means.
"""
