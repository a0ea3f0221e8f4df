"""Draws templates without the application: a Jinja environment, invented goods, the real style sheets.

`python -m tests.web.showcase FOLDER` writes the style guide and the frames as files and photographs them.
"""

import json
import sys
from pathlib import Path
from types import SimpleNamespace as Thing

from jinja2 import Environment, FileSystemLoader
from playwright.sync_api import Browser, sync_playwright

from shop.core.money import Money
from shop.plumbing.i18n import direction, speaking
from shop.web.ui.templating import words_and_figures
from tests.browser.conftest import find_chromium

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "static"
CHROMIUM = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-gpu",
]

WORDS = {
    "fr": {
        "stock": "En stock : 14",
        "soon": "avant 14:00",
        "info": "reçue à 08:31",
        "bad": "2ᵉ appel sans réponse",
        "choose": "Parfum",
        "add": "Ajouter au panier",
        "change": "changer de wilaya",
        "phone": "Téléphone",
        "promise": "Chez vous à Oran : mercredi 25 ou jeudi 26 novembre",
        "name": "Nom et prénom",
        "phone_hint": "Le livreur vous appelle à ce numéro.",
        "commune": "Commune",
        "address": "Adresse",
        "photo": "Photographies",
        "nothing": "Rien à faire pour l’instant",
        "print": "Imprimer les 5 étiquettes",
        "todo": ["à confirmer", "à emballer", "à remettre"],
    },
    "ar": {
        "stock": "متوفر: 14",
        "soon": "قبل 14:00",
        "info": "وصلت 08:31",
        "bad": "اتصال ثانٍ دون رد",
        "choose": "العطر",
        "add": "إضافة إلى السلة",
        "change": "تغيير الولاية",
        "phone": "رقم الهاتف",
        "promise": "يصلكم في وهران: الأربعاء 25 أو الخميس 26 نوفمبر",
        "name": "الاسم واللقب",
        "phone_hint": "يتصل بكم عامل التوصيل على هذا الرقم.",
        "commune": "البلدية",
        "address": "العنوان",
        "photo": "الصور",
        "nothing": "لا شيء للإنجاز الآن",
        "print": "طباعة الملصقات الخمسة",
        "todo": ["للتأكيد", "للتغليف", "للتسليم"],
    },
}
TEXTS = {
    "fr": {
        "hero": "Fait main, livré de l’atelier",
        "place": "Alger",
        "desk": "Au bureau de livraison",
        "home": "À domicile",
        "hero_text": "Achetez directement aux artisanes des quatre coins d’Algérie. Vous payez à la réception.",
        "names": [
            "Savon à l’huile d’olive et au romarin",
            "Grand bol aux losanges noirs et blancs",
            "Tapis de laine nouée à la main, motifs de la vallée, teintures de garance et de grenade",
            "صابون الورد والطين الوردي",
        ],
        "people": ["Yasmine Haddad", "كريم بلعيد"],
        "when": "mercredi 25 ou jeudi 26 novembre",
        "trust": [
            ("hand-coins", "Paiement à la réception", "ou par carte CIB, Edahabia"),
            ("truck", "Livraison dans toutes les wilayas", "à domicile ou au bureau"),
            ("message-circle", "Parlez à l’artisane", "par téléphone ou WhatsApp"),
        ],
        "steps": ["Commande confirmée", "Emballée par Amina", "Le livreur vous appelle aujourd’hui", "Livrée et payée"],
        "errors": ["Le numéro doit avoir 10 chiffres", "Choisissez votre commune"],
    },
    "ar": {
        "hero": "صُنع باليد، من الورشة إليكم",
        "place": "الجزائر",
        "desk": "في مكتب التوصيل",
        "home": "إلى المنزل",
        "hero_text": "تسوّقوا مباشرة من حرفيات كل ربوع الجزائر، والدفع عندما يصل الطرد إلى أيديكم.",
        "names": [
            "صابون زيت الزيتون وإكليل الجبل",
            "صحن كبير بمعينات سوداء وبيضاء",
            "زربية صوف معقودة باليد بزخارف الوادي، صباغة بالفوة وقشر الرمان، مقاس كبير للصالون",
            "Savon à la rose et à l’argile rose",
        ],
        "people": ["ياسمين حداد", "Karim Belaïd"],
        "when": "الأربعاء 25 أو الخميس 26 نوفمبر",
        "trust": [
            ("hand-coins", "الدفع عند الاستلام", "أو ببطاقة CIB والذهبية"),
            ("truck", "التوصيل إلى كل الولايات", "إلى المنزل أو المكتب"),
            ("message-circle", "تحدّثوا مع الحرفية", "بالهاتف أو واتساب"),
        ],
        "steps": ["تم تأكيد الطلبية", "جهّزتها أمينة", "يتصل بكم عامل التوصيل اليوم", "سُلِّمت ودُفعت"],
        "errors": ["يجب أن يتكون الرقم من 10 أرقام", "يجب اختيار البلدية"],
    },
}
CRAFTS = {
    "fr": [
        ("soap", "Savons"),
        ("pottery", "Poterie"),
        ("perfume", "Parfums"),
        ("weaving", "Tissage"),
        ("basketry", "Vannerie"),
        ("copper", "Cuivre"),
        ("other", "Autres"),
    ],
    "ar": [
        ("soap", "صابون"),
        ("pottery", "فخار"),
        ("perfume", "عطور"),
        ("weaving", "نسيج"),
        ("basketry", "سلال"),
        ("copper", "نحاس"),
        ("other", "غيرها"),
    ],
}


def environment(*, media: str = "/media", static: str = "/static") -> Environment:
    """A Jinja environment set as the application sets its own."""
    env = Environment(
        loader=FileSystemLoader([ROOT / "templates", Path(__file__).with_name("showcase_pages")]),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.globals.update(
        words_and_figures(),
        asset=lambda path: f"{static}/{path}",
        page_url=lambda endpoint, **values: f"/fr/{endpoint.split('.')[1]}",
        url_for=lambda endpoint, **values: f"/{endpoint}",
        media_url=lambda key, width: f"{media}/{key}-{width}.webp",
        csrf_token=lambda: "token-of-the-session",
    )
    return env


def frame(lang: str) -> dict[str, object]:
    """What every page receives."""
    return {
        "lang": lang,
        "dir": direction(lang),
        "canonical": f"https://hirfa.example/{lang}/",
        "alternates": [(each, f"/{each}/") for each in ("ar", "fr", "en")],
        "crafts": CRAFTS.get(lang, CRAFTS["fr"]),
        "shop_name": "Atelier Amina",
        "tab": "today",
        "contact": "+213550123456",
    }


class Form:
    """As much of a form as the summary of errors reads."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        self.errors = errors
        self.summary = [(key, each[0]) for key, each in errors.items()]


def goods(lang: str) -> Thing:
    """One of everything, in the language given."""
    text, words = TEXTS[lang], WORDS[lang]
    other = "ar" if lang == "fr" else "fr"
    facts = [
        ("soap", "soap-olive", 650),
        ("pottery", "bowl-kabyle", 4200),
        ("weaving", "rug-ghardaia", 38000),
        ("soap", None, 700),
    ]
    items = [
        Thing(
            url="#",
            name=name,
            name_lang=other if at == 3 else lang,
            shop="Atelier Amina",
            wilaya=text["place"],
            price=Money(dinars * 100),
            picture=key,
            craft=craft,
            tag=words["soon"] if at == 1 else None,
            sold_out=at == 2,
        )
        for at, (name, (craft, key, dinars)) in enumerate(zip(text["names"], facts, strict=True))
    ]
    jobs = [
        Thing(
            id=f"job-{at}",
            code=f"H-7K4A-1{at}",
            url="#",
            title=f"{items[at].name} × {at + 2}",
            who=who,
            place=text["place"],
            amount=Money(190000),
            picture=items[at].picture,
            craft="soap",
            tag=words["info"] if at else words["soon"],
            tag_kind="info" if at else "soon",
        )
        for at, who in enumerate(text["people"])
    ]
    states = ("done", "done", "now", "todo")
    return Thing(
        hero=text["hero"],
        hero_text=text["hero_text"],
        trust=text["trust"],
        place=text["place"],
        query="",
        undo=False,
        items=items,
        jobs=jobs,
        words=words,
        form=Form(dict(zip(("phone", "commune"), ([e] for e in text["errors"]), strict=True))),
        pictures=[Thing(key=key, alt="") for key in ("soap-olive", "soap-rose", "soap-coal")],
        variants=[
            Thing(value="a", label="100 g", sold_out=False),
            Thing(value="b", label="250 g", sold_out=False),
            Thing(value="c", label="500 g", sold_out=True),
        ],
        communes=[("310101", "Oran"), ("310102", "Bir El Djir")],
        options=[
            Thing(value="home", label=text["home"], note=text["when"], price=Money(110000), disabled=False),
            Thing(value="desk", label=text["desk"], note=text["when"], price=Money(70000), disabled=False),
            Thing(value="none", label=text["desk"], note="", price=None, disabled=True),
        ],
        steps=[
            Thing(state=state, title=title, note=text["when"] if state != "todo" else "")
            for state, title in zip(states, text["steps"], strict=True)
        ],
    )


PAGES = ("styleguide", "studio", "checkout", "error-404", "error-500")


def drawn(name: str, lang: str, **places: str) -> str:
    """One of PAGES as HTML; 'pseudo' speaks longer, accented English around French goods."""
    kind, _dash, status = name.partition("-")
    file = "errors/error.html" if kind == "error" else f"{kind}.html"
    with speaking(lang):
        return (
            environment(**places)
            .get_template(file)
            .render(**frame(lang), show=goods("fr" if lang == "pseudo" else lang), status=int(status or 0), code="9f2c")
        )


def main(folder: Path, media: Path) -> None:
    """Write and photograph every page in both directions at both widths; print what overflows."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=find_chromium(), args=CHROMIUM)
        for name in PAGES:
            for lang in ("ar", "fr", "pseudo"):
                file = folder / f"{name}-{lang}.html"
                file.write_text(drawn(name, lang, media=media.as_uri(), static=STATIC.as_uri()), encoding="utf-8")
                for width in (320, 360, 1280):
                    print(name, lang, width, json.dumps(photograph(browser, file, width)))
        browser.close()


def photograph(browser: Browser, file: Path, width: int) -> list[str]:
    """Save the page as a PNG beside its file and name the elements that lie outside it."""
    page = browser.new_page(
        viewport={"width": width, "height": 800 if width > 400 else 720}, device_scale_factor=1.5 if width < 400 else 1
    )
    page.goto(file.as_uri())
    page.reload()
    page.wait_for_timeout(200)
    page.screenshot(path=file.with_name(f"{file.stem}-{width}.png"), full_page=file.stem.startswith("styleguide"))
    outside: list[str] = page.evaluate(OUTSIDE, width)
    page.close()
    return outside


OUTSIDE = """width => {
  const scrolls = '.scroller, .gal-s, .table-x, .vh, .skip, .filters';
  const seen = [...document.querySelectorAll('body *')].filter(e => !e.closest(scrolls)
    && e.getBoundingClientRect().width && getComputedStyle(e).visibility !== 'hidden');
  const out = seen.filter(e => {
    const box = e.getBoundingClientRect();
    return box.right > width + 1 || box.left < -1;
  });
  const page = document.documentElement.scrollWidth;
  return out.map(e => e.tagName + '.' + e.className).concat(page > width ? ['page ' + page] : []);
}"""

if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
