"""The companies whose system is Ecotrack: as people know them, and where each answers. The company decides the host."""

from __future__ import annotations

from collections.abc import Mapping

_HOSTS: Mapping[str, tuple[str, str]] = {  # key → its name, its name on ecotrack.dz or its own host
    "e48hr": ("48Hr Livraison", "48hr"), "abdelivery": ("AB Delivery", "abdelivery"),
    "alania": ("Alania Express", "alania"), "allolivraison": ("Allo Livraison", "allolivraison"),
    "amana": ("Amana Speed", "amana"), "anderson": ("Anderson Delivery", "anderson"), "aranex": ("Aranex", "aranex"),
    "areex": ("Areex", "areex"), "assildelivery": ("Assil Delivery", "assildelivery"),
    "atlasexpress": ("Atlas Express", "atlaexpress"), "baconsult": ("BA Consult", "bacexpress"),
    "bfkexpress": ("BFK Express", "bfkexpress"), "boogi": ("Boogi Technologie", "boogi"),
    "champion": ("Champion Logistics", "champion"), "chronorex": ("Chronorex", "chronorex"),
    "cirtaexpress": ("Cirta Express", "cirtaexpress"), "colex": ("Colex", "colex"),
    "colireli": ("Colireli", "colireli"), "colizone": ("Colizone", "colizone"),
    "conexlog": ("Conexlog", "app.conexlog-dz.com"), "coyoteexpress": ("Coyote Express", "coyoteexpressdz"),
    "delivromail": ("Delivromail", "delivromail"), "dhd": ("DHD Livraison", "platform.dhd-dz.com"),
    "distazero": ("Distazero", "distazero"), "ecorapide": ("Eco Rapide Express", "ecorapide-express"),
    "elguidedelivery": ("El Guide Delivery", "elguidedelivery"), "expediachrono": ("Expedia Chrono", "expediachrono"),
    "fasthorse": ("Fast Horse Express", "fasthorse"), "fret": ("FRET.Direct", "fret"),
    "fzdelivery": ("FZ Delivery", "fzdelivery"), "golivri": ("GOLIVRI", "golivri"),
    "gsecommerce": ("GS Ecommerce", "gsecommerce"), "hhdexpress": ("HHD Express", "hhdexpress"),
    "imir": ("Imir Logistics", "imir"), "jaguar": ("Jaguar Livraison", "jaguar"),
    "joexpress": ("Jo Express", "joexpress"), "lihlihexpress": ("LIH LIH Express", "lihlihexpress"),
    "lynx": ("Lynx Express", "lynx"), "majorex": ("Majorex", "majorex"),
    "marsexpress": ("Mars Express", "marsexpress"), "mazaya": ("Mazaya Logistics", "mazaya"),
    "medexpress": ("Med Express", "medexpress"), "monohub": ("Mono Hub", "monohub"), "msmgo": ("MSM Go", "msmgo"),
    "navexdelivery": ("Navex Delivery", "navexdelivery"), "negmarexpress": ("Negmar Express", "negmarexpress"),
    "oksbox": ("OKS Box", "oksbox"), "omexpress": ("OM Express", "omexpress"),
    "ontime": ("On Time Express", "ontime"), "oneexpress": ("One Express", "oneexpress"), "ovred": ("Ovred", "ovred"),
    "packers": ("Packers", "packers"), "pdex": ("PDEX", "pdex"), "prest": ("Prest", "prest"),
    "quickdelivery": ("Quick Delivery DZ", "quickdelivery"), "rblivraison": ("RB Livraison", "rblivraison"),
    "redex": ("Red Ex", "redex"), "rex": ("Rex Livraison", "rex"), "rihalexpress": ("Rihal Express", "rihalexpress"),
    "rj360express": ("RJ 360 Express", "rj360express"), "rmexpress": ("RM Express", "rmexpress"),
    "rocket": ("Rocket Delivery", "rocket"), "royaumedelivery": ("Royaume Delivery", "royaumedelivery"),
    "rsexpress": ("RS Express", "rsexpress"), "rutaexpress": ("Ruta Express", "rutaexpress"),
    "salvadelivery": ("Salva Delivery", "salvadelivery"), "samex": ("Samex", "samex"), "sbl": ("SBL Express", "sbl"),
    "siexpress": ("SI Express", "siexpress"), "speeddelivery": ("Speed Delivery", "speeddelivery"),
    "speedmail": ("Speed Mail", "speedmail"), "sultancolisexpress": ("Sultan Colis Express", "sultancolisexpress"),
    "swift": ("Swift Express", "swift"), "tawsil": ("Tawsil Star", "tawsil"), "tsl": ("TSL Express", "tsl"),
    "ultraexpress": ("Ultra Express", "ultraexpress"), "univerdelivery": ("Univer Delivery", "univerdelivery"),
    "vitrans": ("Vitrans", "vitrans"), "wassimexpress": ("Wassim Express", "wassimexpress"),
    "weeweedelivery": ("Wee Wee Delivery", "weeweedelivery"), "windelivery": ("Win Delivery", "windelivery"),
    "worldexpress": ("WorldExpress", "worldexpress"), "zinyatec": ("Zinya Tec", "zinyatec"),
}  # fmt: skip


def _address(host: str) -> str:
    return f"https://{host}" if "." in host else f"https://{host}.ecotrack.dz"


BRANDS: Mapping[str, tuple[str, str]] = {key: (name, _address(host)) for key, (name, host) in _HOSTS.items()}
