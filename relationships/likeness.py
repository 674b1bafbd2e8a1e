"""What says nothing about who somebody is: legal forms, and domains anybody has mail at."""

LEGAL_FORMS = (
    "sp z oo", "s r o", "s a r l", "ab", "ag", "aktiebolag", "aps", "as", "asa", "bv", "bvba", "co",
    "company", "corp", "corporation", "cv", "doo", "eg", "ek", "ev", "gbr", "gmbh", "ggmbh", "inc",
    "incorporated", "kft", "kg", "kgaa", "limited", "llc", "llp", "lp", "ltd", "ltda", "mbh", "nv",
    "ohg", "ou", "oy", "oyj", "plc", "pte", "pty", "sa", "sarl", "sas", "sasu", "sca", "se", "sia",
    "sl", "slu", "snc", "spa", "spzoo", "srl", "sro", "uab", "ug",
)  # fmt: skip
"""Longest first where one begins with another; as they are left without dots and slashes."""

PUBLIC_MAIL = (
    "aol.com", "bluewin.ch", "btinternet.com", "comcast.net", "fastmail.com", "free.fr",
    "freenet.de", "gmail.com", "gmx.at", "gmx.ch", "gmx.com", "gmx.de", "gmx.net", "googlemail.com",
    "hotmail.co.uk", "hotmail.com", "hotmail.de", "hotmail.fr", "hotmail.se", "icloud.com",
    "interia.pl", "laposte.net", "libero.it", "live.com", "live.se", "mac.com", "mail.com",
    "mail.ru", "me.com", "msn.com", "o2.pl", "orange.fr", "outlook.com", "outlook.de", "posteo.de",
    "proton.me", "protonmail.com", "qq.com", "seznam.cz", "sfr.fr", "t-online.de", "telia.com",
    "tuta.com", "web.de", "wp.pl", "yahoo.co.uk", "yahoo.com", "yahoo.de", "yahoo.fr", "yandex.ru",
    "zoho.com",
)  # fmt: skip
"""Providers with whom anybody has an address: that two do says nothing."""
