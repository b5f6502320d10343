"""python -m minitasks.tour [NAME]: the tours as Markdown, for the documentation."""

import sys

from minitasks.tour.listing import tour_as_markdown
from minitasks.tour.tours import TOURS

for name in sys.argv[1:] or TOURS:
    print(tour_as_markdown(name))
