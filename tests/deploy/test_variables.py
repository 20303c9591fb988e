"""The limits of a public app are settings, each of them tighter than on a machine of one's own."""

from dataclasses import fields

from deploy import variables
from playground.settings import PREFIX, Settings


def test_each_variable_is_a_setting_and_none_allows_more_than_the_default() -> None:
    names = {PREFIX + field.name.upper() for field in fields(Settings)}
    ours = {name: value for name, value in variables.of_public_app().items() if name in names}
    others = set(variables.of_public_app()) - set(ours)
    assert others == {
        "STREAMLIT_SERVER_MAX_UPLOAD_SIZE",
        "STREAMLIT_CLIENT_SHOW_ERROR_DETAILS",
    }
    public, default = Settings.from_environment(ours), Settings()
    assert len(ours) == 16
    for name in (name.removeprefix(PREFIX).lower() for name in ours):
        assert 0 < getattr(public, name) <= getattr(default, name)
    for name in ("max_upload_mb", "max_rows", "max_run_minutes", "max_pending_runs",
                 "max_owner_pending_runs", "max_runs_disk_mb", "max_model_mb"):  # fmt: skip
        assert getattr(public, name) < getattr(default, name)


def test_one_visitor_can_take_neither_the_whole_queue_nor_the_whole_disk() -> None:
    public = Settings.from_environment(variables.of_public_app())
    assert public.max_owner_pending_runs * 5 <= public.max_pending_runs
    assert public.max_owner_disk_mb * 5 <= public.max_runs_disk_mb
    assert public.model_cache_mb + public.attention_cache_mb < 16_000 / 4  # beside a run's memory


def test_uploads_are_capped_by_the_app_and_by_streamlit_alike() -> None:
    public = variables.of_public_app()
    assert public["STREAMLIT_SERVER_MAX_UPLOAD_SIZE"] == public["BERT_PLAYGROUND_MAX_UPLOAD_MB"]
