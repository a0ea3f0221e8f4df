"""The words that people write around an order, in French, Arabic and Darija in Latin letters; all of them folded."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from shop.core.text import fold

_NUMBERS = {
    1: "un une wahed wahda wa7ed wa7da w7da wehda واحد واحدة وحدة وحده",
    2: "deux zouj zoudj zouz zoj jouj joudj juj tnin زوج جوج زوز اثنان اثنين إثنين ثنين اثنتين",
    3: "trois tlata tleta tlatha ثلاث ثلاثة تلاتة تلات",
    4: "quatre reb3a rab3a arba3a rebaa أربع أربعة ربعة",
    5: "cinq khamsa khemsa 5amsa خمس خمسة",
    6: "six setta sitta ست ستة",
    7: "sept seb3a sab3a سبع سبعة",
    8: "huit tmenya tmanya ثماني ثمانية ثمنية",
    9: "neuf tes3a tis3a تسع تسعة",
    10: "dix 3achra achra عشر عشرة",
    12: "douze douzaine طزينة",
}

# Said around an order, and never a name, a place or an article.
_AROUND = """
    bonjour bonsoir bjr bsr slt salut cc coucou salam salem slm alaikoum alikoum 3alikoum 3likoum alaykoum rahmat allah
    svp stp merci mrc beaucoup bien ok oui non je j me m moi vous nous tu il elle on c ce ca sa est cest ai suis serai
    veux voudrais voudrai aimerais souhaite prends prend prendre peux peut pouvez faut fait faire envoyer envoyez envoie
    commander commande commandes reserver reservez livrer livraison livre domicile maison bureau stopdesk stop desk
    adresse tel telephone portable mobile numero num nom prenom wilaya willaya commune ville prix total combien paiement
    pour par chez avec sans dans sur a au aux de du des la le les l d et ou en y que qui mon ma mes votre vos ici
    madame monsieur mme mr mlle besoin interesse interessee dispo disponible encore aussi plus pcs piece pieces unite
    unites cadeau urgent vite demain aujourdhui semaine rapidement possible sil plait x h svpl da dz dzd dinar dinars
    i want would like please hello hi thanks thank you the of my name to and for order send
    nheb n7eb nhab n7ab nhabb hab hba 7ab habba haba 7abba bghit bghiti nebghi nebghy hajti hajity ndir ncomondi
    ncommandi nkomandi ncommander nkomander commandi nakhod nchri nechri neddi nddi n7taj nahtaj khoya khouya khti
    okhti khtou sa7a saha sahit sa7it sahha ya3tik yaatik ya3tikoum el elsaha assaha 3afak afak aychek 3aychek 3aychk
    lah ykhalik ykhelik inchallah nchallah nchalah incha chokran choukran shukran rani rani ana ani ismi esmi smiti
    hada hadi had ta3 taa t3 mta3 b f l w fi men min 3la ila m3a wach wech kayen kayn dar ldar lbit lbureau rakm ra9m
    raqm noumrou nimirou lik liya ntouma tawsil tousil twsil livrili livriwli b3at ab3at ab3atli b3atli ba3tili khaliwli
    السلام عليكم سلام ورحمة الله وبركاته مرحبا اهلا صباح مساء الخير من فضلك فضلكم لو سمحت سمحتي سمحتم شكرا جزيلا
    بارك فيك فيكم يعطيك يعطيكم العافية الصحة صحة عيشك عيشكم خويا ختي اختي أختي أخي اخي الأخت الأخ سيدتي سيدي
    السيد السيدة
    أريد اريد نريد نحب حاب حابة حابه بغيت نبغي ابغي احتاج محتاج محتاجة اطلب نطلب طلب طلبية الطلب طلبي حجز احجز نشري ناخذ
    ابعث ابعثي ابعثولي ابعثيلي أرسلي ارسلي ارسال إرسال توصيل التوصيل للمنزل المنزل البيت للبيت الدار للدار مكتب المكتب
    للمكتب عنوان عنواني العنوان هاتف هاتفي الهاتف تلفون تليفون رقم رقمي الرقم اسم اسمي الاسم لقب اللقب ولاية بلدية مدينة
    الولاية البلدية في من الى إلى مع عن أنا انا هذا هذه هاذي نعم لا و أو او ثم ايضا أيضا فقط سعر السعر كم شحال بكم
    عدد دينار دج حبة حبات حبه كعبة كعبات قطعة قطع قطعتين نوع متاع تاع ديال لي ليا إن ان شاء الرجاء ممكن عندكم غدا اليوم
"""  # fmt: skip

_DESK = "bureau stopdesk stop desk lbureau مكتب المكتب للمكتب"
_HOME = "domicile maison dar ldar lbit المنزل للمنزل البيت للبيت الدار للدار"
_APART = "et w و plus puis ثم"
_UNITS = "g gr grammes ml cl l kg cm غ غرام مل كغ سم"
_MONEY = "da dz dzd dinar dinars دج دينار"
_TIMES = "x fois ×"
_WILAYA = "wilaya willaya w ولاية الولاية"

NAME_MARKS = (
    "je m appelle", "je mappelle", "mon nom est", "mon nom c est", "mon nom", "nom et prenom", "nom prenom", "nom",
    "moi c est", "c est pour", "au nom de", "ismi", "esmi", "smiti", "ana ismi", "my name is", "اسمي", "الاسم واللقب",
    "الاسم", "اسم", "انا اسمي", "معك", "معكم", "باسم",
)  # fmt: skip
ADDRESS_MARKS = (
    "cite rue av avenue bd boulevard lot lotissement hai hay bt batiment bloc immeuble imm quartier residence "
    "adresse حي شارع نهج عمارة طريق العنوان عنواني"
)  # fmt: skip


def bare(word: str) -> str:
    """Return one word as all of these are compared: folded, in one piece."""
    return fold(word).replace(" ", "")


def _set(words: str | Iterable[str]) -> frozenset[str]:
    several = words.split() if isinstance(words, str) else words
    return frozenset(filter(None, map(bare, several)))


AROUND = _set(_AROUND)
DESK, HOME = _set(_DESK), _set(_HOME)
APART, UNITS, MONEY, TIMES, WILAYA = _set(_APART), _set(_UNITS), _set(_MONEY), _set(_TIMES), _set(_WILAYA)
ADDRESS = _set(ADDRESS_MARKS)
# How names of places begin: never an article, whatever they sound like.
OF_PLACES = _set("sidi ain ouled oued beni bordj bir tizi hassi ben bel سيدي عين أولاد واد بني برج بئر تيزي حاسي بن")
NUMBERS = {word: number for number, words in _NUMBERS.items() for word in _set(words)}

# How a letter sounds once vowels are dropped: Arabic, and Latin as telephones write Arabic (3 ع, 7 ح, 9 ق).
_SOUNDS = str.maketrans(
    {
        **dict.fromkeys("اوييعءه3aeiouy2", ""),
        **dict.fromkeys("تثط", "t"), **dict.fromkeys("دذضظ", "d"), **dict.fromkeys("سص", "s"),
        **dict.fromkeys("قك9ckgq", "q"), **dict.fromkeys("حh7", ""), **dict.fromkeys("جj", "j"),
        "ب": "b", "خ": "x", "ر": "r", "ز": "z", "ش": "$", "غ": "r", "ف": "f", "ل": "l", "م": "m", "ن": "n", "5": "x",
        "w": "",
    }
)  # fmt: skip
_TOGETHER = (("kh", "5"), ("gh", "غ"), ("ch", "ش"), ("sh", "ش"), ("dj", "j"), ("th", "t"), ("dh", "d"), ("ph", "f"),
             ("ce", "se"), ("ci", "si"))  # fmt: skip


@cache
def sound(word: str) -> str:
    """Return the consonants that a folded word sounds like: saboun and صابون, zitoun and زيتون give the same."""
    for two, one in _TOGETHER:
        word = word.replace(two, one)
    heard = word.translate(_SOUNDS)
    return "".join(letter for at, letter in enumerate(heard) if not at or letter != heard[at - 1])


@cache
def stem(word: str) -> str:
    """Return a folded word without the endings of several, of the feminine and of two (savons, صابونات, صابونتين)."""
    if word.isascii():
        return word.rstrip("sx") if len(word) > 3 else word
    for ending in ("تين", "ات", "ين", "ه"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def means_two(word: str) -> bool:
    """Tell whether a folded Arabic word says by its ending that there are two."""
    return word.endswith("تين") and len(word) >= 6
