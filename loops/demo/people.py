"""Who works at Tilia and who calls: agents, teams, the product tree, restaurants and shops."""

from __future__ import annotations

from dataclasses import dataclass, field

DOMAINS = {
    "till": (
        "Tilia Till",
        {
            "pos-app": "Point-of-sale app",
            "printers": "Printers & drawers",
            "kitchen-display": "Kitchen display",
            "offline": "Offline mode",
            "tables": "Tables & orders",
        },
    ),
    "pay": (
        "Tilia Pay",
        {
            "terminals": "Card terminals",
            "payouts": "Payouts",
            "refunds": "Refunds & disputes",
            "online": "Online payments",
            "limits": "Fraud & limits",
        },
    ),
    "office": (
        "Tilia Office",
        {
            "inventory": "Inventory",
            "staff": "Staff & shifts",
            "reports": "Reports",
            "accounting": "Accounting export",
            "taxes": "Taxes & invoices",
            "sign-in": "Users & sign-in",
        },
    ),
}

# Name, what it looks after, whether it is private.
TEAMS = [
    ("Till desk", "till", False),
    ("Payments desk", "pay", False),
    ("Office desk", "office", False),
    ("Trust & disputes", "", True),
]


@dataclass(eq=False)
class Agent:
    """Somebody who works at Tilia. `joined` is days before today."""

    email: str
    name: str
    competency: str
    team: str = ""
    speaks: str = "en"
    joined: int = 900
    coach: str = ""
    language: str = "en"
    is_coach: bool = False
    is_superuser: bool = False
    expert_of: tuple[str, ...] = ()
    signature: str = ""
    # How often this person answers with an article, beside the house's average.
    leaning: float = 0.0
    pace: float = 1.0
    share: float = 1.0
    roles: str = ""

    @property
    def handle(self) -> str:
        return self.email.split("@")[0]


AGENTS = [
    Agent("candidate@demo.test", "Lena Ostrowski", "candidate", "Till desk", "en", 140,
          coach="coach", share=0.8),
    Agent("contributor@demo.test", "Samuel Okoro", "contributor", "Till desk", "en", 520,
          coach="coach", leaning=0.04),
    Agent("publisher@demo.test", "Anneli Korhonen", "publisher", "Payments desk", "en", 1100,
          leaning=0.06),
    Agent("coach@demo.test", "Miriam Adler", "publisher", "Office desk", "en he", 1500,
          is_coach=True, leaning=0.1, share=0.5, roles="coach"),
    Agent("expert@demo.test", "Davit Beridze", "publisher", "Till desk", "en ru", 1300,
          expert_of=("till",), leaning=0.08, share=0.7, roles="domain expert"),
    Agent("manager@demo.test", "Henrike Vos", "candidate", "", "en", 1700, share=0.0,
          roles="manager"),
    Agent("admin@demo.test", "Pavel Dvořák", "publisher", "", "en", 2000, is_superuser=True,
          share=0.0, roles="administrator"),
    Agent("ted.varga@demo.test", "Ted Varga", "contributor", "Office desk", "en", 1450,
          coach="coach", leaning=-0.2, pace=0.55, share=1.3),
    Agent("ingrid.solheim@demo.test", "Ingrid Solheim", "publisher", "Payments desk", "en", 980,
          expert_of=("pay",), leaning=0.05, roles="domain expert"),
    Agent("tomas.reyes@demo.test", "Tomás Reyes", "contributor", "Till desk", "en", 640,
          coach="coach"),
    Agent("daria.sokolova@demo.test", "Дарья Соколова", "publisher", "Till desk", "ru en", 860,
          leaning=0.05, language="ru", expert_of=("till/pos-app",), roles="domain expert"),
    Agent("ilya.markin@demo.test", "Илья Маркин", "contributor", "Payments desk", "ru en", 430,
          coach="ruth", language="ru"),
    Agent("olga.kim@demo.test", "Ольга Ким", "contributor", "Office desk", "ru en", 560,
          coach="ruth", language="ru", leaning=0.03),
    Agent("noa.bendavid@demo.test", "נועה בן־דוד", "publisher", "Payments desk", "he en", 790,
          language="he", leaning=0.07),
    Agent("yonatan.peretz@demo.test", "יונתן פרץ", "contributor", "Till desk", "he en", 380,
          coach="ruth", language="he"),
    Agent("adi.shalev@demo.test", "עדי שלו", "contributor", "Office desk", "he en", 300,
          coach="coach", language="he"),
    Agent("ruth@demo.test", "Ruth Mbeki", "publisher", "Payments desk", "en", 1250,
          is_coach=True, leaning=0.08, share=0.5, roles="coach"),
    Agent("greta.holm@demo.test", "Greta Holm", "contributor", "Office desk", "en", 700,
          coach="coach", expert_of=("office",), roles="domain expert"),
    Agent("bruno.castell@demo.test", "Bruno Castell", "candidate", "Payments desk", "en", 210,
          coach="ruth", leaning=-0.05),
    Agent("fatima.zahra@demo.test", "Fatima Zahra", "contributor", "Till desk", "en", 610,
          coach="coach", leaning=0.02),
    Agent("leon.weiss@demo.test", "Leon Weiss", "publisher", "Trust & disputes", "en ru", 1150,
          share=0.5),
    Agent("carmen.duarte@demo.test", "Carmen Duarte", "contributor", "Trust & disputes", "en",
          840, share=0.5),
    # The newcomers of the last two months.
    Agent("emeka.nwosu@demo.test", "Emeka Nwosu", "candidate", "Till desk", "en", 56,
          coach="coach", leaning=-0.3, pace=1.7, share=1.4),
    Agent("vera.lipina@demo.test", "Вера Липина", "candidate", "Office desk", "ru en", 48,
          coach="ruth", language="ru", leaning=-0.28, pace=1.6, share=2.0),
    Agent("shira.azoulay@demo.test", "שירה אזולאי", "candidate", "Payments desk", "he en", 33,
          coach="ruth", language="he", leaning=-0.34, pace=1.8, share=2.4),
    # Left half a year ago: deactivated, with a history that stays.
    Agent("marek.nowak@demo.test", "Marek Nowak", "contributor", "Payments desk", "en", 1020,
          leaning=-0.05),
]  # fmt: skip
TED = "ted.varga@demo.test"
NEWCOMERS = ("emeka.nwosu@demo.test", "vera.lipina@demo.test", "shira.azoulay@demo.test")
LEAVER, LEFT_DAYS_AGO = "marek.nowak@demo.test", 178
MANAGERS = {
    "Till desk": "manager@demo.test",
    "Payments desk": "manager@demo.test",
    "Office desk": "manager@demo.test",
    "Trust & disputes": "leon.weiss@demo.test",
}

SIGNATURES = {
    "en": "Kind regards\n{name}, Tilia support",
    "ru": "С уважением,\n{name}, поддержка Tilia",
    "he": "בברכה,\n{name}, התמיכה של Tilia",
}


@dataclass(eq=False)
class Company:
    """A restaurant, café or shop, or a partner who installs for them."""

    name: str
    language: str
    partner: bool = False
    shares: bool = False


COMPANIES = [
    *(
        Company(name, "en")
        for name in (
            "Café Linde", "Harbour Fish Bar", "Morning Glory Bakery", "The Copper Kettle",
            "Bistro Morgenrot", "Nonna Pia", "Green Fork Deli", "Little Saigon Kitchen",
            "The Reading Room Café", "Casa Almendra", "Blue Door Pizzeria", "Northside Butchers",
            "Sweet Alder Ice Cream", "Ramen Yoshi", "Riverside Garden Centre Shop",
            "Old Mill Brasserie", "Field & Flour", "Three Bridges Pub", "Petal Flower Shop",
            "Juniper Bar", "Tandoor Lane", "Cyclists' Rest", "Patisserie Colline",
            "The Salt Cellar", "Orchard Farm Shop", "Kiosk am Markt", "Olive & Thyme",
            "Beach Hut Number 9", "Corner Books", "Maple Street Diner",
        )
    ),
    *(
        Company(name, "ru")
        for name in (
            "Пекарня «Зерно»", "Кофейня «Утро»", "Чайхана на Садовой", "Бистро «Самовар»",
            "Пельменная № 3", "Кафе «Лиман»", "Цветы у вокзала", "Кондитерская «Мак»",
            "Бар «Якорь»", "Суши-дом", "Магазин «Огород»", "Хинкальная «Тамада»",
        )
    ),
    *(
        Company(name, "he")
        for name in (
            "קפה הדקל", "מאפיית השכונה", "חומוס אבו שוקי", "ביסטרו הנמל", "פיצה ברחוב",
            "גלידת הכיכר", "המכולת של רותי", "מסעדת הגפן", "בר יין סביון", "פלאפל הצומת",
            "קונדיטוריה לילך",
        )
    ),
]  # fmt: skip
CHAINS = [
    Company("Lindgren Bakeries (14 shops)", "en", shares=True),
    Company("Marina Hotels Group", "en", shares=True),
    Company("Сеть «Блинофф»", "ru", shares=True),
    Company("רשת ארומת הבוקר", "he", shares=True),
]
PARTNERS = [
    Company("Northern Till Installers", "en", partner=True, shares=True),
    Company("КассСервис Партнёр", "ru", partner=True, shares=True),
]

FIRST = {
    "en": (
        "Alice", "Martin", "Priya", "Oliver", "Sophie", "Daniel", "Marta", "Hugo", "Clara",
        "Ben", "Ines", "Jakob", "Ruby", "Theo", "Amara", "Felix", "Nina", "Paolo", "Judith",
        "Ravi", "Elsa", "Connor", "Linh", "Viktor", "Amélie", "George", "Hana", "Oscar",
    ),
    "ru": (
        "Анна", "Сергей", "Марина", "Алексей", "Ирина", "Дмитрий", "Татьяна", "Николай",
        "Елена", "Артём", "Светлана", "Роман", "Юлия", "Максим", "Наталья", "Георгий",
    ),
    "he": (
        "דנה", "אורי", "מיכל", "עומר", "רונית", "איתי", "ליאת", "גיא", "שרון", "נדב", "הילה",
        "אבי", "תמר", "משה", "ענת", "רועי",
    ),
}  # fmt: skip
LAST = {
    "en": (
        "Berg", "Whitfield", "Nair", "Castelli", "Moreau", "Ashdown", "Kowalski", "Pereira",
        "Lindholm", "Nguyen", "Fischer", "Doyle", "Haddad", "Brennan", "Sato", "Jansen",
        "Rossi", "Meyer", "Quinn", "Novak", "Larsen", "Costa", "Wagner", "Shah",
    ),
    "ru": (
        "Кузнецова", "Орлов", "Мельник", "Гаврилов", "Тимченко", "Белова", "Фролов", "Зуева",
        "Карпенко", "Лебедев", "Мирзоян", "Павлюк", "Степанова", "Рябов",
    ),
    "he": (
        "כהן", "מזרחי", "ביטון", "פרידמן", "אברהם", "דהן", "גולן", "שפירא", "חדד", "רוזן",
        "אלון", "סגל", "קליין", "נחום",
    ),
}  # fmt: skip
_CYRILLIC = "а a б b в v г g д d е e ж zh з z и i й y к k л l м m н n о o п p р r с s т t у u"
_CYRILLIC += " ф f х h ц c ч ch ш sh щ sch ы y э e ю yu я ya ё e"
_HEBREW = (
    "א a ב b ג g ד d ה h ו o ז z ח h ט t י i כ k ל l מ m נ n ס s ע a פ p צ tz ק k ר r ש sh"
)
_HEBREW += " ת t ם m ן n ך k ף f ץ tz"
_LETTERS = f"{_CYRILLIC} {_HEBREW}".split()
LATIN = dict(zip(_LETTERS[::2], _LETTERS[1::2], strict=True))


def latin(text: str) -> str:
    """A name as an address can carry it."""
    letters = "".join(LATIN.get(letter, letter) for letter in text.lower())
    plain = letters.translate(str.maketrans("áàâäéèêëíóöôúüçñøåæő", "aaaaeeeeiooouucnoaao"))
    return "".join(c for c in plain if c.isascii() and (c.isalnum() or c == "."))


@dataclass(eq=False)
class Asker:
    """Somebody who asks. `account` is an address in the demo that can sign in."""

    name: str
    email: str
    company: Company | None
    language: str
    account: bool = False
    visits: list[int] = field(default_factory=list)


def askers(rng: object) -> list[Asker]:
    """Everybody who ever wrote to Tilia, in the same order for the same seed."""
    people: list[Asker] = [
        Asker("Rosa Delgado", "customer@demo.test", CHAINS[0], "en", account=True),
        Asker("Tim Aalto", "partner@demo.test", PARTNERS[0], "en", account=True),
        Asker("Константин Вдовин", "partner.ru@demo.test", PARTNERS[1], "ru", account=True),
        Asker("אפרת שדה", "customer.he@demo.test", CHAINS[3], "he", account=True),
        Asker("Алина Журавлёва", "customer.ru@demo.test", CHAINS[2], "ru", account=True),
        Asker("Elliot Marsh", "elliot.marsh@demo.test", CHAINS[0], "en", account=True),
        Asker("Beatriz Leal", "beatriz.leal@demo.test", CHAINS[1], "en", account=True),
    ]
    taken = {one.email for one in people}
    for company in [*COMPANIES, *COMPANIES, *CHAINS, *CHAINS, *CHAINS, *PARTNERS, *COMPANIES]:
        first = rng.choice(FIRST[company.language])  # type: ignore[attr-defined]
        last = rng.choice(LAST[company.language])  # type: ignore[attr-defined]
        host = (latin(company.name) or "shop")[:18].strip(".")
        email = f"{latin(first)}@{host}.example"
        if email in taken:
            email = f"{latin(first)}.{latin(last)}@{host}.example"
        if email in taken:
            continue
        taken.add(email)
        people.append(Asker(f"{first} {last}", email, company, company.language))
    for language, count in (("en", 26), ("ru", 9), ("he", 9)):
        for _ in range(count):
            first = rng.choice(FIRST[language])  # type: ignore[attr-defined]
            last = rng.choice(LAST[language])  # type: ignore[attr-defined]
            email = f"{latin(first)}.{latin(last)}@post.example"
            if email not in taken:
                taken.add(email)
                people.append(Asker(f"{first} {last}", email, None, language))
    return people
