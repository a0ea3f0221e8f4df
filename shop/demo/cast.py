"""Who buys in the demo. All invented: names, numbers and addresses belong to nobody."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Buyer:
    """A buyer as she writes her name and address; `commune` is an ONS code."""

    name: str
    commune: str
    address: str
    language: str


BUYERS = (
    Buyer("Yasmine Haddad", "3105", "Cité 300 logements, Bt 12, près de la pharmacie El Amel", "fr"),
    Buyer("محمد الأمين مرابط", "1605", "حي 1200 مسكن، عمارة B12، الطابق 3", "ar"),
    Buyer("Karim Belaïd", "1901", "5, rue des Frères Bouguerra", "fr"),
    Buyer("فاطمة الزهراء بن يوسف", "2501", "حي دقسي عبد السلام، عمارة 7، مقابل المسجد", "ar"),
    Buyer("Nadia Cherif", "1901", "Cité Tlidjene, villa 44", "fr"),
    Buyer("ليلى ڨندوز", "2401", "شارع أول نوفمبر، رقم 18، ڨالمة", "ar"),
    Buyer("Sofiane Amrani", "0601", "Boulevard Amirouche, Bt C, 2e étage", "fr"),
    Buyer("خديجة بوعلام", "0901", "حي بن بولعيد، قرب مدرسة الأمير عبد القادر", "ar"),
    Buyer("Lamia Ouali", "1501", "Nouvelle ville, tour 6, appartement 31", "fr"),
    Buyer("عبد الرحمن زروقي", "1301", "حي إمامة، عمارة 4، الباب 9", "ar"),
    Buyer("Amel Mansouri", "2301", "Cité du 8 mai 1945, Bt 3", "fr"),
    Buyer("سارة بلقاسم", "3001", "حي النصر، شارع المستشفى", "ar"),
    Buyer("Mehdi Larbi", "3501", "Cité Foes, Bt A2", "fr"),
    Buyer("نور الهدى شريفي", "0501", "حي بوزوران، فيلا 12", "ar"),
    Buyer("Rachid Ziani", "4401", "Route de Khemis, près du stade", "fr"),
    Buyer("حورية مقران", "0701", "حي العالية، عمارة 15", "ar"),
    Buyer("Ines Boudiaf", "2101", "Cité Merdj Eddib, Bt 21", "fr"),
    Buyer("ياسين دريدي", "3901", "حي 400 مسكن، رقم 88", "ar"),
)
