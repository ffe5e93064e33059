"""English names of some Wikidata entities, those that lesson 12 asks about.

The files of CoDEx-S name its relations, its types, and those entities that are types as well (professions, genres,
languages); the names of all others are in a file of several megabytes that is not fetched. These are Wikidata's
labels (CC0), typed in by hand.
"""

from __future__ import annotations

COUNTRIES = """
Q16 Canada|Q17 Japan|Q20 Norway|Q27 Ireland|Q28 Hungary|Q29 Spain|Q30 United States|Q31 Belgium|Q33 Finland
Q34 Sweden|Q35 Denmark|Q36 Poland|Q38 Italy|Q39 Switzerland|Q40 Austria|Q41 Greece|Q43 Turkey|Q45 Portugal
Q55 Netherlands|Q79 Egypt|Q96 Mexico|Q114 Kenya|Q115 Ethiopia|Q117 Ghana|Q142 France|Q145 United Kingdom
Q148 China|Q155 Brazil|Q159 Russia|Q183 Germany|Q213 Czech Republic|Q241 Cuba|Q252 Indonesia
Q258 South Africa|Q298 Chile|Q408 Australia|Q414 Argentina|Q423 North Korea|Q668 India|Q717 Venezuela
Q739 Colombia|Q794 Iran|Q796 Iraq|Q801 Israel|Q833 Malaysia|Q851 Saudi Arabia|Q869 Thailand|Q881 Vietnam
Q884 South Korea|Q1033 Nigeria
"""
PLACES = """
Q15 Africa|Q46 Europe|Q48 Asia|Q49 North America|Q538 Oceania|Q60 New York City|Q61 Washington, D.C.
Q62 San Francisco|Q64 Berlin|Q65 Los Angeles|Q84 London|Q90 Paris|Q100 Boston|Q172 Toronto|Q220 Rome
Q334 Singapore|Q649 Moscow|Q656 Saint Petersburg|Q1297 Chicago|Q1741 Vienna
"""
ORGANIZATIONS = """
Q458 European Union|Q7159 African Union|Q7184 NATO|Q7809 UNESCO|Q7825 World Trade Organization|Q8475 Interpol
Q8908 Council of Europe|Q41550 OECD
"""
LANGUAGES = """
Q397 Latin|Q652 Italian|Q809 Polish|Q1321 Spanish|Q7737 Russian|Q7976 American English|Q9027 Swedish|Q9056 Czech
Q9067 Hungarian|Q13955 Arabic
"""
INSTRUMENTS = "Q8355 violin|Q46185 electric guitar|Q17172850 voice"
PEOPLE = """
Q254 Wolfgang Amadeus Mozart|Q303 Elvis Presley|Q307 Galileo Galilei|Q392 Bob Dylan|Q535 Victor Hugo
Q762 Leonardo da Vinci|Q882 Charlie Chaplin|Q905 Franz Kafka|Q937 Albert Einstein|Q1203 John Lennon
Q1225 Bruce Springsteen|Q1268 Frédéric Chopin|Q1511 Richard Wagner|Q1744 Madonna|Q2599 Paul McCartney
Q2632 Ringo Starr|Q2643 George Harrison|Q2831 Michael Jackson|Q5383 David Bowie|Q5682 Miguel de Cervantes
Q5879 Johann Wolfgang von Goethe|Q5928 Jimi Hendrix|Q6527 Jean-Jacques Rousseau|Q7243 Leo Tolstoy
Q7245 Mark Twain|Q7315 Pyotr Ilyich Tchaikovsky|Q7604 Leonhard Euler|Q9047 Gottfried Wilhelm Leibniz
Q9061 Karl Marx|Q9312 Immanuel Kant|Q36844 Rihanna|Q41309 Franz Liszt
"""
NAMES: dict[str, str] = dict(
    entry.strip().split(" ", 1)
    for group in (COUNTRIES, PLACES, ORGANIZATIONS, LANGUAGES, INSTRUMENTS, PEOPLE)
    for line in group.splitlines()
    for entry in line.split("|")
    if entry.strip()
)
