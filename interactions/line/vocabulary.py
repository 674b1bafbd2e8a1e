"""What words of a line mean, in the languages that people log in.

Folded as `searchable` folds them: no accents, no capitals; written with an accent is what is a word
of names without one, such as "Mode". Of phrases that begin alike the longest counts.
"""

from dataclasses import dataclass

from interactions.models import Direction, LoopKind

LONGEST_PHRASE = 4
"""Words in one phrase."""

LEAST_OF_ACTS = 10
"""The least rank of what somebody does; what has a lower one may be what it was about."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one phrase says of a touchpoint; the key of a type, or one of the rest."""

    type: str = ""
    direction: int | None = None
    opens: int | None = None
    sentiment: int | None = None
    is_repair: bool = False
    is_plan: bool = False
    is_past: bool = False
    severity: int | None = None
    rank: int = 0
    """Of several types the one with the highest rank is what happened, the rest is its topic."""

    @property
    def is_act(self) -> bool:
        """Whether it is something that somebody does, which nobody does about something else."""
        return bool(self.type) and (self.is_plan or self.rank >= LEAST_OF_ACTS)


@dataclass(frozen=True, slots=True)
class Said:
    """A phrase of the vocabulary in a line, `first` to before `last` of its words."""

    meaning: Meaning
    first: int
    last: int


_TYPES = {
    "meeting.in_person": """
        met, meeting, coffee, lunch, dinner, breakfast, drink, beer, sat down, face to face,
        getroffen, treffen, kaffee, mittagessen, abendessen, essen, bier, fruhstuck, besprechung,
        dejeuner, cafe, reunion, rencontre, rencontree, almuerzo, comida, cena, pranzo, caffe,
        riunione, incontro, koffie, afspraak, mote, fika, spotkanie, kawa, obiad, møde, modte,
        modtes, mødes, kaffe, frokost
    """,
    "visit": """
        visit, visited, on site, site visit, besuch, besucht, vor ort, visite, visita, bezoek,
        bezocht, besok, wizyta, besog, besogte, besogt
    """,
    "meeting.video": """
        video, video call, videocall, zoom, webex, google meet, facetime, videokonferenz,
        videoanruf, visio, videollamada, videochiamata, videogesprek, videosamtal, wideorozmowa,
        videomode, videoopkald
    """,
    "call.phone": """
        call, called, phone, phoned, phone call, rang, ring, spoke, talked, telefonat, telefoniert,
        angerufen, anruf, appel, appele, telephone, llamada, llame, chiamata, chiamato, telefonata,
        gebeld, telefoon, ringde, samtal, telefon, dzwonilem, dzwonilam, rozmowa, ringede, opkald,
        telefonopkald, telefonsamtale, talte
    """,
    "call.attempt": """
        tried, tried to call, no answer, no reply, voicemail, left a message, mailbox,
        nicht erreicht, keine antwort, sans reponse, sin respuesta, nessuna risposta, geen antwoord,
        inget svar, nie odbiera, intet svar, telefonsvarer
    """,
    "email.personal": """
        email, e-mail, mail, mailed, emailed, wrote, gemailt, geschrieben, courriel, correo,
        mailade, gemaild, skrev, mailede, sendte en mail
    """,
    "email.received": """
        email from, e-mail from, mail from, got an email, mail von, email von, e-mail von,
        mail bekommen, mail de, correo de, mail van, mejl fran, mail fra, e-mail fra
    """,
    "message.text": "sms, text, texted, whatsapp, text message, signal, telegram",
    "chat.person": "chat, chatted, gechattet, slack",
    "letter": "letter, brief, lettre, carta, lettera, brev, list",
    "note.handwritten": "handwritten note, card, postcard, karte, handwritten",
    "care.kindness": "gift, flowers, present, birthday, geschenk, blumen, cadeau, fleurs, regalo",
    "care.refund": "refund, refunded, credited, discount, gutschrift, rabatt, erstattet, avoir",
    "care.help": "helped, helped out, geholfen, aide, ayude, aiutato, geholpen, hjalpte, hjalp",
    "feedback.person": "feedback, ruckmeldung",
    "question": """
        question, asked, asks, wants to know, frage, fragt, gefragt, pregunta, domanda, vraag,
        fraga, pytanie, sporgsmal, spurgte
    """,
    "complaint": """
        complaint, complained, complains, beschwerde, beschwert, reklamation, reclamation,
        queja, reclamo, klacht, klagomal, skarga, reklamacja, klage, klagede
    """,
    "order.late": """
        late, late delivery, delivered late, delay, delayed, late order, verspatet, zu spat,
        verspatung, retard, en retard, tarde, retraso, ritardo, te laat, forsenad, spoznione,
        forsinket, for sent
    """,
    "service.outage": "outage, was down, is down, ausfall, panne, storing, avbrott, awaria",
    "invoice.wrong": "wrong invoice, invoice wrong, wrong bill, falsche rechnung, facture fausse",
    "promise.broken": "broke our promise, broken promise, promise broken",
    "service.failed": """
        mess-up, messed up, mistake, our fault, went wrong, wrong delivery, fehler, falsch,
        erreur, fallo, errore, fout, fel
    """,
}
_RANKS = (
    (20, "call.attempt"),
    (15, "email.received meeting.video visit note.handwritten"),
    (10, "meeting.in_person call.phone email.personal message.text chat.person letter"),
    (8, "care.kindness care.refund care.help"),
    (6, "complaint question feedback.person"),
    (4, "order.late service.outage invoice.wrong promise.broken service.failed"),
)
_FAILURES = (
    "order.late", "service.outage", "invoice.wrong", "promise.broken", "service.failed",
    "complaint",
)  # fmt: skip
# Before what went wrong, and nowhere else: alone they are words of names.
_HOW_BAD = {
    1: """
        a bit, a little, slightly, somewhat, small, minor, etwas, leicht, ein bisschen, kleiner,
        kleine, un peu, petite, un poco, un po, een beetje, lite, troche
    """,
    8: """
        badly, very, terribly, seriously, awfully, much too, way too, far too, serious, major, bad,
        big, sehr, schwer, schwerer, schwere, grosser, grosse, viel, massiv, tres, grave, muy,
        molto, erg, heel, veel, mycket, bardzo
    """,
}
_REPAIRED = """
    fixed, repaired, made right, made it right, solved, resolved, sorted, sorted out, settled,
    behoben, gelost, erledigt, geklart, regle, resolu, resuelto, arreglado, risolto, opgelost, lost,
    rozwiazane
"""
_PROMISED = """
    promised, promise, i promised, we promised, will send, will call, versprochen, zugesagt,
    promis, prometi, prometido, promesso, beloofd, lovade, obiecalem, obiecalam
"""
_GOOD = """
    great, happy, very happy, pleased, delighted, friendly, lovely, good mood, zufrieden, super,
    toll, freundlich, content, ravie, contento, contenta, felice, blij, glad, zadowolony
"""
_BAD = """
    angry, upset, unhappy, not happy, furious, annoyed, cold, disappointed, bad mood, verargert,
    sauer, unzufrieden, enttauscht, fache, decu, enfadado, enfadada, arrabbiato, boos, arg, zly
"""
_THEY_REACHED_OUT = """
    called me, called us, rang me, rang us, phoned me, phoned us, they called, wrote me, wrote us,
    hat angerufen, rief an, m'a appele, me llamo, mi ha chiamato, ringede til mig, ringede til os
"""
# Between words that may be names; they are none themselves.
_LINKS = """
    with at from and the a an to of for about our my we i us me they had has was were is on in by re
    via then also mit bei von und der die das ein eine zu wegen wir ich am im um bis avec chez et le
    la les un une de du des pour con en y el los las para per e il lo gli met van het voor med och
    hos fran z w u do til fra og af det
"""
_THEN = """
    then afterwards dann danach puis ensuite luego despues poi dopo daarna vervolgens darefter
    derefter potem
"""
THEN = frozenset(_THEN.split())
"""What goes on to the next customer."""

NO_NAMES = frozenset(_LINKS.split()) | THEN

AND = frozenset(("and", "und", "et", "y", "e", "en", "och", "og", "i", "oraz"))
"""What joins two names."""


_PLANNED = """
    plan, planned, planning, schedule, scheduled, geplant, plane, planen, verabredet, prevu,
    prevoir, prevue, planear, planeado, previsto, prevista, programmato, gepland, plannen, planerat,
    planerar, planlagt, planlaegger, planowane, zaplanowane, umowione
"""
# Of what people do together, the words that say it is over; those that may also say otherwise are
# left out, as "llame" and "visite" are.
_PAST = """
    met, sat down, visited, called, phoned, rang, spoke, talked, getroffen, besucht, telefoniert,
    angerufen, rencontree, appele, chiamato, bezocht, gebeld, ringde, dzwonilem, dzwonilam, modte,
    modtes, besogte, besogt, ringede, talte
"""
_ABOUT = """
    about re regarding concerning uber wegen betreffend sur concernant sobre su riguardo over
    betreffende angaende om vedrorende dotyczace
"""
ABOUT = frozenset(_ABOUT.split())
"""What comes after one of these is what it was about."""

TO_MEET = "meeting.in_person", "visit", "meeting.video", "call.phone"
"""What can be planned by a line; of anything else a day to come is what it was about."""


def _phrases(text: str) -> list[str]:
    return [" ".join(phrase.split()) for phrase in text.split(",")]


def _vocabulary() -> dict[str, Meaning]:
    ranks = {key: rank for rank, keys in _RANKS for key in keys.split()}
    past = set(_phrases(_PAST))
    known = {
        phrase: Meaning(type=key, rank=ranks.get(key, 1), is_past=phrase in past)
        for key, text in _TYPES.items()
        for phrase in _phrases(text)
    }
    known |= _how_bad(ranks)
    known |= {phrase: Meaning(is_repair=True) for phrase in _phrases(_REPAIRED)}
    known |= {phrase: Meaning(opens=LoopKind.PROMISE) for phrase in _phrases(_PROMISED)}
    known |= {phrase: Meaning(sentiment=1) for phrase in _phrases(_GOOD)}
    known |= {phrase: Meaning(sentiment=-1) for phrase in _phrases(_BAD)}
    known |= {phrase: Meaning(is_plan=True) for phrase in _phrases(_PLANNED)}
    known["meet"] = Meaning(type="meeting.in_person", rank=1, is_plan=True)
    inbound = Meaning(type="call.phone", direction=Direction.INBOUND, rank=15, is_past=True)
    return known | dict.fromkeys(_phrases(_THEY_REACHED_OUT), inbound)


def _how_bad(ranks: dict[str, int]) -> dict[str, Meaning]:
    """Return what went wrong with how bad it was before it, as long as that is one phrase."""
    return {
        f"{word} {phrase}": Meaning(type=key, severity=severity, rank=ranks.get(key, 1))
        for severity, words in _HOW_BAD.items()
        for word in _phrases(words)
        for key in _FAILURES
        for phrase in _phrases(_TYPES[key])
        if len(f"{word} {phrase}".split()) <= LONGEST_PHRASE
    }


VOCABULARY = _vocabulary()
