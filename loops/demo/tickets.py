"""What customers write and agents answer at Tilia: the phrases a year of support is made of.

Every opening message is an ask of one article or gap (articles/*.jsonl) with a greeting, details
and an ending of these, so that no two tickets read the same.
"""

from __future__ import annotations

from typing import Any

GREETINGS = {
    "en": ("", "", "", "Hi,", "Hello,", "Hello Tilia team,", "Good morning,", "Good evening,",
           "Hi there,", "Dear support,", "Hey,"),
    "ru": ("", "", "Здравствуйте!", "Добрый день!", "Доброе утро,", "Здравствуйте,",
           "Добрый вечер!", "Уважаемая поддержка,"),
    "he": ("", "", "שלום,", "שלום רב,", "היי,", "בוקר טוב,", "ערב טוב,", "צהריים טובים,"),
}  # fmt: skip
ENDINGS = {
    "en": ("", "", "", "Thanks", "Thank you!", "Thanks in advance, {first}", "Best, {first}",
           "Regards\n{name}", "Cheers, {first}", "{name}", "Please call if it is quicker.",
           "We close at {hour}.", "Waiting for your answer."),
    "ru": ("", "", "Спасибо!", "Заранее спасибо", "С уважением, {name}", "{first}",
           "Жду ответа.", "Работаем до {hour}.", "Спасибо, {first}"),
    "he": ("", "", "תודה", "תודה רבה", "תודה מראש, {first}", "{name}", "אשמח לתשובה",
           "סוגרים בשעה {hour}.", "בברכה, {first}"),
}  # fmt: skip
# Details belong to a product, because a person with a broken printer does not talk of payouts.
DETAILS: dict[str, dict[str, tuple[str, ...]]] = {
    "en": {
        "any": (
            "It started {when}.", "We noticed it {when}.", "This is the {nth} time this month.",
            "My colleague saw it {when} already.", "We are {n} people here and nobody knows.",
            "I could not find it in the help.", "We are at {place}.", "Location: {place}.",
            "I already restarted everything.", "It was fine until {when}.",
            "I asked {when} on the phone and was cut off.", "There is no hurry.",
            "We have {n} locations with Tilia.", "The owner is away until {weekday}.",
            "I am new here, so please in simple words.",
            "We open at {hour}, it should be clear until then.",
        ),
        "till": (
            "We have {n} tills, version {version}.", "Till number {n} is the one concerned.",
            "App version {version}.", "The tablets are about {n} years old.",
            "It is the till at the bar.", "It is the one on the terrace.",
            "We have had Tilia Till since {weekday} a year ago.", "Friday evenings are the worst.",
        ),
        "pay": (
            "It was receipt no. {receipt}.", "The amount was {amount}.",
            "The sale was {when} at {hour}.", "We take about {n}0 card payments a day.",
            "The guest paid {amount} by card.", "Merchant number ends in {four}.",
            "It concerns {n} payments.",
        ),
        "office": (
            "I am signed in as owner.", "I use Chrome on a laptop.", "We have {n} employees.",
            "My bookkeeper is asking for it by {weekday}.", "I tried it on the phone as well.",
            "It concerns the month before last.", "I work with it every {weekday}.",
        ),
    },
    "ru": {
        "any": (
            "Началось {when}.", "Заметили {when}.", "Уже {nth} раз за месяц.",
            "Точка: {place}.", "В справке не нашли.", "Перезагружали, не помогло.",
            "Раньше всё работало.", "Вопрос не срочный.", "У нас {n} точки.",
            "Я недавно работаю, объясните попроще.", "Владелец будет только {weekday}.",
            "Открываемся в {hour}, нужно успеть.",
        ),
        "till": ("Версия {version}.", "Касс у нас {n}.", "Это касса номер {n}.",
                 "Планшет куплен {n} года назад.", "В пятницу вечером хуже всего."),
        "pay": ("Номер чека {receipt}.", "Сумма {amount}.", "Оплата была {when} в {hour}.",
                "Таких платежей {n}.", "Договор заканчивается на {four}."),
        "office": ("Захожу как владелец.", "Браузер Chrome, ноутбук.", "Сотрудников {n}.",
                   "Бухгалтер просит до {weekday}.", "С телефона пробовал, то же самое."),
    },
    "he": {
        "any": (
            "זה התחיל {when}.", "שמנו לב לזה {when}.", "זו הפעם ה{nth} החודש.",
            "הסניף: {place}.", "לא מצאתי בעזרה.", "כבר הפעלנו הכול מחדש.",
            "עד עכשיו הכול עבד.", "לא דחוף.", "יש לנו {n} סניפים.",
            "אני חדש כאן, בבקשה הסבר פשוט.", "בעל הבית חוזר ביום {weekday}.",
            "פותחים בשעה {hour} וצריך שזה יסתדר.",
        ),
        "till": ("גרסה {version}.", "יש לנו {n} קופות.", "מדובר בקופה מספר {n}.",
                 "הטאבלט בן {n} שנים.", "בערב שישי זה הכי גרוע."),
        "pay": ("מספר הקבלה {receipt}.", "הסכום {amount}.", "העסקה הייתה {when} בשעה {hour}.",
                "מדובר ב־{n} עסקאות.", "מספר בית העסק מסתיים ב־{four}."),
        "office": ("אני מחובר כבעלים.", "דפדפן כרום במחשב נייד.", "יש לנו {n} עובדים.",
                   "רואה החשבון מבקש עד יום {weekday}.", "ניסיתי גם מהטלפון."),
    },
}  # fmt: skip
WHEN = {
    "en": ("this morning", "yesterday", "yesterday evening", "on Saturday", "last week",
           "two days ago", "after lunch", "last night", "on the weekend", "an hour ago"),
    "ru": ("сегодня утром", "вчера", "вчера вечером", "в субботу", "на прошлой неделе",
           "два дня назад", "после обеда", "ночью", "в выходные", "час назад"),
    "he": ("הבוקר", "אתמול", "אתמול בערב", "במוצאי שבת", "בשבוע שעבר", "לפני יומיים",
           "אחרי הצהריים", "בלילה", "בסוף השבוע", "לפני שעה"),
}  # fmt: skip
NTH = {
    "en": ("second", "third", "fourth", "fifth"),
    "ru": ("второй", "третий", "четвёртый", "пятый"),
    "he": ("שנייה", "שלישית", "רביעית", "חמישית"),
}
WEEKDAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"),
    "ru": ("понедельника", "вторника", "среды", "четверга", "пятницы"),
    "he": ("ראשון", "שני", "שלישי", "רביעי", "חמישי"),
}
# A subject does not end with one of these.
_WEAK = (
    "a an and are at but by can did do does for from has have how i if in is it my not of on or "
    "our since so than that the then there they this to was we what when where which who why "
    "will with you your after before into only since while без и в во на с со к ко по о об от до "
    "из за для как что чтобы не но или а у при после если из-за של על את עם לא כי אם או גם אבל "
    "אל מה איך"
)
WEAK = frozenset(_WEAK.split())
# Where a request may be nothing but a change in the contract.
CONTRACTUAL = ("office/sign-in", "pay/payouts", "pay/terminals", "office/staff")
URGENT = {"en": ("URGENT: ", "Urgent! "), "ru": ("СРОЧНО: ",), "he": ("דחוף: ",)}

# What an agent writes around the steps.
HELLO = {"en": "Hello {first},", "ru": "Здравствуйте, {first}!", "he": "שלום {first},"}
LEAD = {
    "en": ("please try this:", "this is how it works:", "these steps usually help:",
           "thank you for writing. Please do the following:"),
    "ru": ("попробуйте, пожалуйста, так:", "обычно помогает следующее:",
           "спасибо за обращение. Сделайте, пожалуйста, так:"),
    "he": ("אפשר לפתור את זה כך:", "בדרך כלל הצעדים האלה עוזרים:",
           "תודה על הפנייה. אנא פעלו כך:"),
}  # fmt: skip
CLOSE = {
    "en": ("Please tell me whether it worked.", "Write to me if anything is unclear.",
           "I keep this open until I hear from you.", "Have a good day!"),
    "ru": ("Напишите, пожалуйста, получилось ли.", "Если что-то непонятно, напишите.",
           "Буду ждать вашего ответа.", "Хорошего дня!"),
    "he": ("אשמח לשמוע אם זה עבד.", "אם משהו לא ברור, כתבו לי.", "אני משאיר את הפנייה פתוחה.",
           "יום נעים!"),
}  # fmt: skip
ASK_BACK = {
    "en": ("Which device is it, and which version does the till show below Menu › About?",
           "Could you send me the exact text of the message, please?",
           "Does it happen on every device or only on one?",
           "Since when exactly, and did anything change in the network before?"),
    "ru": ("Какое это устройство и какая версия указана в Меню › О программе?",
           "Пришлите, пожалуйста, точный текст сообщения.",
           "Это происходит на всех устройствах или только на одном?"),
    "he": ("באיזה מכשיר מדובר ואיזו גרסה מופיעה בתפריט › אודות?",
           "אפשר לשלוח את הנוסח המדויק של ההודעה?",
           "זה קורה בכל המכשירים או רק באחד?"),
}  # fmt: skip
ANSWER_BACK = {
    "en": ("It is the one at the counter, version {version}.", "Only this one, the others are fine.",
           "The message is gone now, but it was as I wrote.", "On all of them. Since {when}.",
           "We changed nothing. Photo follows."),
    "ru": ("На кассе у стойки, версия {version}.", "Только на одном, остальные работают.",
           "На всех сразу, {when}.", "Ничего не меняли."),
    "he": ("בקופה בדלפק, גרסה {version}.", "רק באחד, השאר בסדר.", "בכולם, {when}.",
           "לא שינינו כלום."),
}  # fmt: skip
THANKS = {
    "en": ("That did it, thank you!", "Works again. Thanks for the quick help.",
           "Perfect, solved.", "Great, all good now.", "Step 3 was the one. Thank you!",
           "Wonderful, we can sell again."),
    "ru": ("Помогло, спасибо!", "Всё заработало.", "Отлично, вопрос решён.",
           "Спасибо, разобрались."),
    "he": ("עזר, תודה!", "עובד שוב, תודה על המהירות.", "מצוין, נפתר.", "תודה רבה, הסתדר."),
}  # fmt: skip
STILL = {
    "en": ("I did all that and it is still the same.", "It worked for a day, now it is back.",
           "The second step does not exist on our till.", "Sorry, that did not help."),
    "ru": ("Всё сделали, не помогло.", "День работало, теперь опять.",
           "Второго пункта у нас нет."),
    "he": ("עשיתי הכול וזה עדיין אותו דבר.", "עבד יום אחד וחזר.", "אין אצלנו את השלב השני."),
}  # fmt: skip
NOTES = {
    "en": ("Called back, nobody picked up.", "@{handle} have you seen this before?",
           "Same customer as last week, see their earlier tickets.",
           "Logs show nothing unusual.", "@{handle} could you look at this with me?",
           "They are in a hurry, first answer by phone."),
    "ru": ("Звонил, не берут трубку.", "@{handle} встречалось такое?",
           "В журнале ничего необычного.", "Тот же клиент, что на прошлой неделе."),
    "he": ("התקשרתי, אין מענה.", "@{handle} ראית את זה פעם?", "אין שום דבר חריג ביומן."),
}  # fmt: skip
# Tickets that carry no knowledge: subject, text, reason.
WITHOUT = {
    "en": (
        ("Best price for your website traffic!!", "Dear owner, we bring your page to the first "
         "place within {n} days. Reply for a free audit of {place}.", "spam"),
        ("Partnership offer: coffee capsules", "We produce capsules and would like to present "
         "them to the buyers of Tilia. Our list of {four} shops grows daily.", "spam"),
        ("Close my account please", "We gave up the shop {when}. Please end the contract for "
         "{place} and confirm in writing.", "account_action"),
        ("Change our phone number", "The new number of {place} is 0{four} {receipt}. Please "
         "put it into the contract.", "account_action"),
        ("Another licence for {place}", "Please add one more till licence from {weekday} on and "
         "send the invoice to the usual address.", "account_action"),
        ("Did you get my mail?", "I wrote {when} about the same thing, just asking again. It "
         "was receipt {receipt}.", "duplicate_ticket"),
        ("Re: your question", "See my other message from {when}, sent twice by mistake. {name}",
         "duplicate_ticket"),
        ("Something is not right", "Hello, it does not look right at {place} since {when}. "
         "{name}", "no_reply"),
        ("Question", "Can somebody call me about number {receipt}? {name}", "no_reply"),
        ("Police request about a sale", "The police asks for the card sale of {amount}, receipt "
         "{receipt}. Please treat this discreetly.", "confidential"),
    ),
    "ru": (
        ("Продвижение вашего сайта", "Гарантируем первую строку поиска за {n} дней для {place}. "
         "Ответьте на это письмо.", "spam"),
        ("Расторгнуть договор", "Закрываем точку {place}, просим закончить договор и прислать "
         "подтверждение. Чек {receipt}.", "account_action"),
        ("Поменять телефон в договоре", "Новый номер: 8 {four} {receipt}, точка {place}.",
         "account_action"),
        ("Повторно", "Писали {when} о том же, номер {receipt}. Отправили дважды.",
         "duplicate_ticket"),
        ("Вопрос", "Перезвоните, пожалуйста, {name}, {place}, чек {receipt}.", "no_reply"),
    ),
    "he": (
        ("קידום אתרים במחיר מבצע", "נביא את {place} למקום הראשון תוך {n} ימים. השיבו עוד היום.",
         "spam"),
        ("ביטול מנוי", "סגרנו את {place}, נא לסיים את החוזה ולשלוח אישור. קבלה {receipt}.",
         "account_action"),
        ("שליחה כפולה", "כתבתי {when} על אותו דבר, קבלה {receipt}. נשלח פעמיים בטעות.",
         "duplicate_ticket"),
        ("שאלה", "אפשר שמישהו יתקשר? {name}, {place}, {receipt}", "no_reply"),
    ),
}  # fmt: skip
REASON_NOTES = {
    "en": ("Explained it on the phone.", "One-off situation at this shop.", "Wrote the steps by hand.",
           "Could not find anything, answered from memory.", "Asked a colleague and passed it on."),
    "ru": ("Объяснил по телефону.", "Разовый случай.", "Написал шаги вручную.",
           "В базе не нашлось, ответил по памяти."),
    "he": ("הסברתי בטלפון.", "מקרה חד־פעמי.", "לא מצאתי במאגר, עניתי מהזיכרון."),
}  # fmt: skip
TED_NOTES = ("Did it for them, remote session.", "Known, five minutes.", "Set it up myself.",
             "Same as always. Done.", "Fixed by hand in their account.")  # fmt: skip
# Ted's topic, in more words than its article collected.
TED_ASKS = (
    "Selling a burger should take bun, patty and cheese off the stock. How is this done?",
    "The ingredients of our cocktails are not deducted, only the finished drink counts.",
    "How do I enter that one pizza uses 250 g of flour and 80 g of sauce?",
    "Stock of milk never goes down though we sell 200 cappuccinos a day.",
    "Where can I put the composition of a dish so that the ingredients are consumed?",
    "Our soup is made in the morning for 40 portions. How do we book its ingredients?",
    "I want the stock of coffee beans to shrink with every espresso sold.",
    "Recipe for a menu: main dish plus side, both should be taken from the inventory.",
    "The gram amounts in the recipe seem to be ignored, pieces are counted instead.",
    "After changing a recipe, does the old consumption stay as it was?",
)

# Flags: what is wrong, and what the answer was.
FLAG_NOTES: dict[str, dict[str, tuple[str, ...]]] = {
    "en": {
        "incorrect": ("Step 2 is wrong, the button is on the other side now.",
                      "With two printers this does the opposite.",
                      "The number of days is not right, see the ticket."),
        "outdated": ("The menu was renamed in 6.3.", "The screenshots of this are from version 5.",
                     "This setting moved to Tilia Office."),
        "incomplete": ("Says nothing about the T2 with two displays.",
                       "It should mention that the day has to be closed first.",
                       "What if the owner is not there?"),
        "unclear": ("I read step 3 twice and still had to ask.",
                    "Customers don't know what a leading till is."),
        "duplicate": ("We have the same thing in another article.",),
        "sensitive": ("The service code should not be here, customers could see it.",),
        "metadata": ("Belongs under another product.",),
        "broken_link": ("The download address answers 404.",),
    },
    "ru": {
        "incorrect": ("На версии 6.4 второй шаг выглядит иначе.",),
        "outdated": ("Пункт меню переименован.",),
        "incomplete": ("Не сказано, что делать без интернета.",),
        "unclear": ("Клиент не понял третий шаг.",),
        "duplicate": ("Есть такая же статья.",),
    },
    "he": {
        "incorrect": ("בגרסה 6.4 השלב השני נראה אחרת.",),
        "outdated": ("שם התפריט השתנה.",),
        "incomplete": ("חסר מה עושים כשאין אינטרנט.",),
        "unclear": ("הלקוח לא הבין את שלב 3.",),
        "duplicate": ("יש מאמר נוסף על אותו דבר.",),
    },
}  # fmt: skip
FLAG_ANSWERS = {
    "resolved": ("You are right, I corrected it. Thank you!", "Mended, please have a look.",
                 "Good catch: the step is rewritten.", "Merged what was missing, thanks."),
    "rejected": ("I tried it on a T2 with 6.4 and it is as written.",
                 "This is meant for the older model, the environment says so."),
}  # fmt: skip
COMMENTS = {
    "en": ("Solved it in a minute, thanks.", "The pictures in my till look different.",
           "Exactly what I needed.", "Please add the Go model.", "Too long, but it helped.",
           "Did not help, I had to call."),
    "ru": ("Помогло, спасибо.", "У меня меню другое.", "Очень понятно."),
    "he": ("עזר מאוד.", "אצלי זה נראה אחרת.", "ברור וקצר."),
}  # fmt: skip
VERSION_NOTES = {
    "en": ("Step that was missing", "In the customer's words", "Cause added",
           "Checked with the current version", "Shorter sentences"),
    "ru": ("Добавлен недостающий шаг", "Дописана причина", "Проверено на новой версии"),
    "he": ("נוסף שלב חסר", "נוספה הסיבה", "נבדק בגרסה החדשה"),
}  # fmt: skip

# Names of software versions with the day (before today) on which each came out.
VERSIONS = (("6.1.3", 420), ("6.2.0", 330), ("6.2.4", 250), ("6.3.0", 170), ("6.3.2", 95),
            ("6.4.0", 60), ("6.4.1", 37), ("6.4.2", 27))  # fmt: skip
DEVICES = {
    "till": ("Tilia T2", "Tilia T1", "Android tablet", "iPad"),
    "pay": ("Tilia Go", "Tilia Mini"),
    "office": ("Chrome", "Safari", "Firefox", "Android phone"),
}

# Tickets that wait in the queue, one at least for each outcome. `article` is where the answer is;
# `outcome` is how good work on the ticket ends. Minutes ago, because they are fresh.
EXAMPLES: tuple[dict[str, Any], ...] = (
    {
        "truth": "reuse", "outcome": "reused", "article": "till-printer-blank", "minutes": 24,
        "language": "en", "priority": 3, "channel": "web", "asker": "customer@demo.test",
        "subject": "Receipts are completely white since this morning",
        "text": "Hi,\nsince we changed the roll this morning the receipt printer feeds and cuts "
                "the paper, but nothing is printed on it. We have a Varnel TP80 and lunch begins "
                "in an hour. Is the ink empty?\nRosa",
        "environment": {"product": "Tilia Till", "version": "6.4.2", "device": "Varnel TP80"},
    },
    {
        "truth": "improve", "outcome": "improved", "article": "printer-cutter-t1219",
        "minutes": 51, "language": "en", "priority": 3, "channel": "phone",
        "subject": "T-1219 and the lid will not open",
        "text": "The receipt printer says T-1219, blinks red and the cover is locked. A colleague "
                "found out that behind the small front cover there is also a screw on the newer "
                "model, which has to be loosened before the wheel turns. Worked here, the second "
                "printer is still stuck.",
        "environment": {"product": "Tilia Till", "device": "Varnel TP80", "error": "T-1219"},
    },
    {
        "truth": "flag", "outcome": "flagged", "article": "go-wifi-firmware-2", "minutes": 83,
        "language": "en", "priority": 2, "channel": "mail",
        "subject": "Where do I enter the Wi-Fi password on the Tilia Go?",
        "text": "Hello,\nwe have a new router and I have to type the Wi-Fi password into our Tilia "
                "Go terminal. Your colleague told me to press the keys on the terminal for the "
                "network menu, but ours has firmware 3 and the menu does not look like that "
                "at all.\nThanks, Martin",
        "environment": {"product": "Tilia Pay", "device": "Tilia Go", "version": "3.1"},
    },
    {
        "truth": "create", "outcome": "created", "article": "", "gap": 4, "minutes": 38,
        "language": "en", "priority": 2, "channel": "web",
        "subject": "Deposit on reusable cups: how do we enter it?",
        "text": "From next month we have to take a deposit of 2.00 on every reusable cup and pay "
                "it back when guests return it. How do I set this up in the till so that the "
                "receipt shows it on its own line?",
        "environment": {"product": "Tilia Office"},
    },
    {
        "truth": "no_knowledge", "outcome": "no_knowledge", "article": "", "minutes": 17,
        "language": "en", "priority": 1, "channel": "mail", "reason": "spam",
        "subject": "You have been chosen: 10,000 visitors for your web shop",
        "text": "Dear owner, we guarantee ten thousand visitors a week for your web shop. Answer "
                "within 24 hours for a discount of seventy percent.",
        "environment": {},
    },
    {
        "truth": "reuse_ru", "outcome": "reused", "article": "ru-bledny-chek", "minutes": 33,
        "language": "ru", "priority": 2, "channel": "chat", "asker": "customer.ru@demo.test",
        "subject": "Чек печатается очень бледно",
        "text": "Здравствуйте! Чек печатается бледно и полосами, цифры почти не видно. Ленту "
                "поменяли, стало чуть лучше. Принтеру три года. Что сделать?",
        "environment": {"product": "Tilia Till", "device": "Varnel TP80"},
    },
    {
        "truth": "reuse_he", "outcome": "reused", "article": "he-ziku-lakoach", "minutes": 44,
        "language": "he", "priority": 2, "channel": "web", "asker": "customer.he@demo.test",
        "subject": "איך עושים זיכוי ללקוח ששילם בכרטיס?",
        "text": "שלום, לקוחה החזירה מוצר ששולם אתמול בכרטיס אשראי ואני צריך לעשות לה זיכוי לאותו "
                "כרטיס. איפה זה בקופה?",
        "environment": {"product": "Tilia Pay"},
    },
    {
        "truth": "reuse_defect", "outcome": "reused", "article": "split-bill-one-cent-off",
        "minutes": 66, "language": "en", "priority": 3, "channel": "phone",
        "subject": "One cent left after splitting a bill with a discount",
        "text": "Table 12 had 10 % off and paid in three parts. All have paid, the till shows "
                "T-1333 with 0.01 remaining and the table does not close. What now?",
        "environment": {"product": "Tilia Till", "version": "6.4.2", "error": "T-1333"},
    },
)  # fmt: skip

CANNED = (
    ("Ask for version and device", "en", "Hello {first_name},\n\nwhich device is it, and which "
     "version stands below Menu › About?\n\n{agent}"),
    ("Solved, thank you", "en", "Hello {first_name},\n\nI am glad that it works. I close "
     "{ticket} now; just answer if it comes back.\n\n{agent}"),
    ("We look into it", "en", "Hello {first_name},\n\nthank you for writing about “{subject}”. I "
     "am looking into it and will write again today.\n\n{agent}"),
    ("Remote session", "en", "Hello {first_name},\n\nmay I look at your till from here? Please "
     "open Menu › Help › Share screen and tell me the six digits.\n\n{agent}"),
    ("Спросить версию", "ru", "Здравствуйте, {first_name}!\n\nКакое это устройство и какая версия "
     "указана в Меню › О программе?\n\n{agent}"),
    ("Рады помочь", "ru", "Здравствуйте, {first_name}!\n\nРады, что всё работает. Закрываю "
     "{ticket}; если повторится, просто ответьте.\n\n{agent}"),
    ("בירור גרסה", "he", "שלום {first_name},\n\nבאיזה מכשיר מדובר ואיזו גרסה מופיעה בתפריט › "
     "אודות?\n\n{agent}"),
    ("שמחים שנפתר", "he", "שלום {first_name},\n\nשמחים שהכול עובד. הפנייה {ticket} נסגרת; אם זה "
     "חוזר, פשוט השיבו.\n\n{agent}"),
)  # fmt: skip
VIEWS = (
    ("Unassigned and urgent", "assignee=nobody&priority=4,3&sort=priority", True,
     "manager@demo.test"),
    ("Hebrew queue", "language=he&state=undone", True, "coach@demo.test"),
    ("Waiting over a week", "state=pending&age=over-week&sort=oldest", True,
     "manager@demo.test"),
    ("My printers", "assignee=me&domain=till/printers", False, "contributor@demo.test"),
    ("Payouts to do", "domain=pay/payouts&state=undone", False, "publisher@demo.test"),
)  # fmt: skip
