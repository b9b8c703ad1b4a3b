"""speaks German and English words into sound files, by the data of another package"""

import wave


def prove(espeak):
    files = espeak.volume("/srv")
    for voice, words in (("de", "zwölf"), ("en", "twelve")):
        espeak.run("espeak-ng", "-v", voice, "-w", f"/srv/{voice}.wav", words)
        with wave.open(str(files / f"{voice}.wav")) as sound:
            assert sound.getnframes() > 5000 and len(set(sound.readframes(5000))) > 50
    assert espeak.run("espeak-ng", "-v", "de", "-q", "--ipa", "zwölf").out.strip() == "tsvˈœlf"
