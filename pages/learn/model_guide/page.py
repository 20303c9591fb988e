"""Models: what there is, what is inside, how fast and how good, and what fine-tuning moved."""

from pages.learn.model_guide.views import VIEW_FIELD, VIEWS
from pages.shared import frame, link, views

PAGE = "model_guide"

frame.header(
    "Models",
    "Every model that runs here: its size and parts, its speed on this machine, and what "
    "fine-tuning changed in it.",
)
view = views.choose(PAGE, VIEWS, VIEW_FIELD)
fields = (VIEW_FIELD, *view.fields)
fits = link.write(PAGE, fields)
link.share(fields, fits=fits)
view.show()
