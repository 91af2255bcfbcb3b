"""Pictures and trailers of titles: how they are kept, shown and played, and what no page asks of another site."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from PIL import Image as Pixels
from pytest_django.fixtures import DjangoCaptureOnCommitCallbacks, Settings

from films.image_forms import ImageForm
from films.models import Award, Company, Image, Nomination, Title, TitleCompany, Video
from films.services.listing import refresh_listings
from tests.asserts import assert_flat_queries
from tests.factories import make_credit, make_person, make_title

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def upload(size: tuple[int, int] = (600, 900), name: str = "x.jpg") -> SimpleUploadedFile:
    out = BytesIO()
    Pixels.new("RGB", size, (10, 90, 60)).save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue(), "image/jpeg")


def add_image(
    title: Title, kind: str = "poster", size: tuple[int, int] = (600, 900), **fields: object
) -> Image:
    data = {
        "kind": kind,
        "alt": "Two children run",
        "source": "The studio",
        "licence": "CC BY 4.0",
        "position": 0,
        **fields,
    }
    form = ImageForm(data, {"upload": upload(size)}, instance=Image(title=title))
    assert form.is_valid(), form.errors
    return form.save()


def page_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_image_is_kept_in_the_widths_of_its_kind(media: Path) -> None:
    image = add_image(make_title())
    assert (image.width, image.height, image.widths) == (500, 750, [160, 320, 500])
    assert sorted(path.name.split("-")[1] for path in media.rglob("*.webp")) == [
        "160.webp",
        "320.webp",
        "500.webp",
    ]
    still = add_image(make_title(), "still", (1600, 900))
    assert still.widths == [320, 780, 1280]


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (None, "Choose a file."),
        (
            SimpleUploadedFile("x.jpg", b"<svg/>", "image/jpeg"),
            "This is not a JPEG, PNG or WebP picture, or only a part of one.",
        ),
        (upload((100, 100)), "The picture must be at least 160 pixels wide."),
    ],
)
def test_a_bad_file_is_refused_with_the_reason(
    media: Path, file: SimpleUploadedFile | None, said: str
) -> None:
    data = {"kind": "poster", "alt": "A", "source": "B", "licence": "C", "position": 0}
    form = ImageForm(data, {"upload": file} if file else {}, instance=Image(title=make_title()))
    assert form.errors == {"upload": [said]}
    assert not list(media.rglob("*.webp"))


def test_other_words_need_no_new_file(media: Path) -> None:
    image = add_image(make_title())
    before = sorted(media.rglob("*"))
    data = {"kind": "poster", "alt": "Other", "source": "B", "licence": "C", "position": 1}
    form = ImageForm(data, instance=image)
    assert form.is_valid()
    form.save()
    assert sorted(media.rglob("*")) == before
    assert Image.objects.get().alt == "Other"


def test_files_go_when_their_image_is_replaced_or_deleted(
    media: Path, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    image = add_image(make_title())
    first = {path.name for path in media.rglob("*.webp")}
    data = {"kind": "poster", "alt": "A", "source": "B", "licence": "C", "position": 0}
    form = ImageForm(data, {"upload": upload()}, instance=image)
    assert form.is_valid()
    with django_capture_on_commit_callbacks(execute=True):
        form.save()
    second = {path.name for path in media.rglob("*.webp")}
    assert len(second) == 3
    assert not first & second
    with django_capture_on_commit_callbacks(execute=True):
        image.title.delete()
    assert not list(media.rglob("*.webp"))


def test_a_deletion_that_is_undone_keeps_the_files(media: Path) -> None:
    image = add_image(make_title())
    with transaction.atomic():
        image.delete()
        transaction.set_rollback(True)
    assert len(list(media.rglob("*.webp"))) == 3


def test_the_poster_takes_the_place_of_the_drawn_one(client: Client) -> None:
    film = make_title("Heat")
    drawn = page_of(client, film.get_absolute_url())
    assert '<svg class="poster poster-page"' in drawn
    assert "og:image" not in drawn
    image = add_image(film, alt='Two men & a "city"')
    page = page_of(client, film.get_absolute_url())
    assert '<svg class="poster poster-page"' not in page
    (tag,) = re.findall(r'<img class="poster poster-page"[^>]*>', page)
    stem = image.file.url.removesuffix("-500.webp")
    assert f'srcset="{stem}-160.webp 160w, {stem}-320.webp 320w, {stem}-500.webp 500w"' in tag
    assert 'width="500" height="750"' in tag
    assert 'alt="Two men &amp; a &quot;city&quot;"' in tag
    assert f'<meta property="og:image" content="http://127.0.0.1:8000{image.file.url}">' in page
    assert f'"image": "http://127.0.0.1:8000{image.file.url}"' in page


def test_the_gallery_names_source_and_licence_of_every_image(client: Client) -> None:
    film = make_title("Heat")
    add_image(film)
    add_image(film, "still", (1200, 800), alt="The diner", source="A photographer", licence="public domain")
    page = page_of(client, film.get_absolute_url() + "media/")
    assert "The studio · CC BY 4.0" in page
    assert "The diner" in page
    assert "A photographer · public domain" in page
    assert f'href="{film.get_absolute_url()}media/"' in page_of(client, film.get_absolute_url())


def test_pictures_are_served_from_here_while_developing(client: Client) -> None:
    image = add_image(make_title())
    answer = client.get(image.file.url)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/webp"
    assert not answer.cookies
    assert client.get("/media/%2e%2e/settings.py").status_code in (400, 404)


# --- Trailers -----------------------------------------------------------------------------------------------

ELSEWHERE = re.compile(r"""(?:src|srcset|data|poster)=["'](?:https?:)?//""")


@pytest.mark.parametrize(
    ("provider", "key", "origin", "address"),
    [
        (
            "youtube",
            "abc-DEF_1",
            "https://www.youtube-nocookie.com",
            "https://www.youtube-nocookie.com/embed/abc-DEF_1?rel=0",
        ),
        ("vimeo", "123", "https://player.vimeo.com", "https://player.vimeo.com/video/123?dnt=1"),
    ],
)
def test_only_the_page_of_a_video_may_frame_its_provider(
    client: Client, provider: str, key: str, origin: str, address: str
) -> None:
    film = make_title("Heat")
    video = Video.objects.create(title=film, provider=provider, key=key, name="The trailer", language="en")
    here = client.get(film.get_absolute_url())
    page = here.content.decode()
    # Nothing is loaded from elsewhere before the click, and nothing could be.
    assert f'href="/videos/{video.pk}/"' in page
    assert "<iframe" not in page
    assert not ELSEWHERE.search(page)
    assert origin not in here["Content-Security-Policy"]
    assert "frame-src" not in here["Content-Security-Policy"]

    played = client.get(video.get_absolute_url())
    assert f'<iframe src="{address}"' in played.content.decode()
    assert len(ELSEWHERE.findall(played.content.decode())) == 1
    policy = dict(part.strip().split(" ", 1) for part in played["Content-Security-Policy"].split(";"))
    assert policy["frame-src"] == origin
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert not played.cookies
    assert f'href="{video.page_elsewhere}"' in played.content.decode()
    assert f"your browser tells {video.get_provider_display()}" in played.content.decode()


def test_a_trailer_stands_before_clips(client: Client) -> None:
    film = make_title("Heat")
    for kind in ("clip", "trailer"):
        Video.objects.create(title=film, kind=kind, provider="vimeo", key=kind, name=f"The {kind}")
    page = page_of(client, film.get_absolute_url())
    assert page.index("Play trailer (Vimeo)") < page.index("Play clip (Vimeo)")


def test_a_video_that_is_not_there_is_not_found(client: Client) -> None:
    film = make_title()
    twin = make_title(merged_into=film)
    video = Video.objects.create(title=twin, provider="vimeo", key="1", name="Trailer")
    for address in (video.get_absolute_url(), "/videos/999999/", f"/videos/{10**30}/"):
        assert client.get(address).status_code in (400, 404)


# --- Pages below a title, of companies and awards -----------------------------------------------------------


def test_all_cast_and_crew_stand_by_what_they_did(client: Client) -> None:
    film = make_title("Heat", year=1995)
    make_credit(film, make_person("Michael Mann"), "director")
    for number in range(10):
        make_credit(film, make_person(f"Actor {number}"), "actor", position=number)
    page = page_of(client, film.get_absolute_url() + "credits/")
    assert page.index("Directed by") < page.index("Michael Mann") < page.index("Cast <small>10</small>")
    assert "Actor 9" in page


@pytest.mark.parametrize("below", ["credits/", "media/"])
def test_a_page_below_a_title_without_anything_says_so_and_is_linked_nowhere(
    client: Client, below: str
) -> None:
    show = make_title("Heat", kind="show")
    season = make_title("Heat", kind="season", parent=show, season_number=2)
    for title in (make_title("Heat"), show, season):
        answer = client.get(title.get_absolute_url() + below)
        assert answer.status_code == 404
        assert 'class="empty"' in answer.content.decode()
        assert f"{title.get_absolute_url()}{below}" not in page_of(client, title.get_absolute_url())


def test_a_wrong_slug_leads_to_the_same_page_below(client: Client) -> None:
    film = make_title("Heat")
    for below in ("credits/", "media/"):
        answer = client.get(f"/films/{film.pk}-wrong/{below}?x=1")
        assert (answer.status_code, answer["Location"]) == (301, f"{film.get_absolute_url()}{below}?x=1")


def test_a_company_has_a_page_of_what_it_made(client: Client) -> None:
    company, other = Company.objects.create(name="Zweites Büro"), Company.objects.create(name="Other")

    def more() -> None:
        film = make_title("Made here")
        TitleCompany.objects.create(title=film, company=company)
        TitleCompany.objects.create(title=film, company=company, part="distribution")
        refresh_listings()

    TitleCompany.objects.create(title=make_title("Made elsewhere"), company=other)
    # The company, how many titles, the titles, the banner.
    assert_flat_queries(client, more, company.get_absolute_url(), at_most=4)
    page = page_of(client, company.get_absolute_url())
    assert "<h1>Zweites Büro</h1>" in page
    assert "6 titles" in page
    assert "Made elsewhere" not in page
    assert client.get(f"/companies/{company.pk}-x/")["Location"] == company.get_absolute_url()
    assert client.get("/companies/999999-x/").status_code == 404


def test_an_award_has_a_page_by_year_with_winners_first(client: Client) -> None:
    award = Award.objects.create(name="Gouden Kalf")
    years = iter(range(1990, 2100))

    def more() -> None:
        year = next(years)
        Nomination.objects.create(title=make_title("Lost"), award=award, year=year, person=make_person("Ann"))
        Nomination.objects.create(title=make_title("Won it"), award=award, year=year, won=True)

    # The award, how many nominations, the nominations with titles and people, the banner.
    assert_flat_queries(client, more, award.get_absolute_url(), at_most=4)
    page = page_of(client, award.get_absolute_url())
    assert (
        page.index("<h2>1995</h2>") < page.index("Won it") < page.index("Lost") < page.index("<h2>1994</h2>")
    )
    assert client.get("/awards/999999-x/").status_code == 404
    assert client.get(award.get_absolute_url() + "?page=banana").status_code == 200
