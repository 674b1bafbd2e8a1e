"""What is said in the customers' own languages, which is about a third of it."""

GERMAN = {
    "call.phone": (
        "{who} sagt, die Maschine läuft wieder. Danke kam auch.",
        "{who} braucht ab nächstem Monat {number} Plätze mehr.",
        "Kurz mit {who} über die Lieferzeiten gesprochen.",
    ),
    "visit": ("Besuch bei {who}; alles läuft, Kuchen gab es auch.",),
    "email.personal": ("Gruß an {who}; Termin steht für nächste Woche.",),
    "email.received": ("Das passt uns gut, bis Dienstag. {who}", "Danke, das ging schnell. {who}"),
    "question": (
        "Können wir die Rechnung auf zwei Kostenstellen teilen?",
        "Wann kommt der Techniker zur Jahreswartung?",
    ),
    "complaint": ("{who}: „Das ist jetzt das dritte Mal.“", "{who}: Es tropft wieder."),
    "chat.bot": ("„Rechnung vom letzten Monat?“ Als PDF geschickt",),
    "feedback.survey": ("8 von 10. „Schnell und freundlich.“",),
}
FRENCH = {
    "call.phone": ("{who} demande un devis pour une deuxième machine.", "{who} remercie l'équipe."),
    "visit": ("Visite chez {who} ; le nouveau comptoir leur plaît.",),
    "email.personal": ("Merci {who} ! Je passe vous voir mardi.",),
    "email.received": ("Parfait, à mardi. {who}", "Bien reçu, merci. {who}"),
    "question": ("Pouvez-vous reprendre l'ancienne machine ?", "Livrez-vous avant sept heures ?"),
    "complaint": ("{who} : la machine fuit toujours après la réparation.",),
    "feedback.survey": ("6 sur 10. « Bon produit, facture difficile à lire. »",),
}
DUTCH = {
    "call.phone": ("{who} vraagt of het filter al onderweg is.", "Even bijgepraat met {who}."),
    "visit": ("Langs geweest bij {who}; koffie was goed.",),
    "email.received": ("Prima, tot dinsdag. {who}", "Dank, dat was snel. {who}"),
    "question": ("Kan de levering ook op vrijdag?",),
}
SPANISH = {
    "call.phone": ("{who} pregunta por el mantenimiento; queda para el martes.",),
    "visit": ("Visita a {who}; la cafetera nueva gusta mucho.",),
    "email.received": ("Perfecto, hasta el martes. {who}", "Gracias, muy rápido. {who}"),
    "question": ("¿Se puede dividir la factura en dos?",),
    "complaint": ("{who}: «Llevamos una semana sin máquina.»",),
}
ITALIAN = {
    "call.phone": ("{who} chiede quando arriva il pezzo.", "Due parole con {who} sui prezzi."),
    "visit": ("Passato da {who}; assaggiata la nuova miscela.",),
    "email.received": ("Grazie mille, perfetto così. {who}", "Va bene martedì. {who}"),
    "question": ("Si può avere la consegna prima delle sette?",),
    "complaint": ("{who}: «È la terza volta.»",),
}

LINES = {"de": GERMAN, "fr": FRENCH, "nl": DUTCH, "es": SPANISH, "it": ITALIAN}
