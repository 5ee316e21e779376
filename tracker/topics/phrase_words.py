"""Words that decide where a label may begin and end, in the languages of the most read pages."""

import re
from typing import Final

EMPTY: Final = frozenset(
    re.findall(
        r"\S+",
        "ausland inland panorama "
        "news newsreel headlines headline briefing bulletin latest roundup round-up recap "
        "factcheck fact-check explains q&a faq profile obituary reportage report reports reporter "
        "reporters editorial column columnist comment commentary letters cartoon slideshow clip "
        "clips footage spotlight special bonus series episode programme readers reader viewers "
        "viewer subscribe correspondent correspondents sponsored advertisement promo poll "
        "must-see must-read nachrichten eilmeldung eil news-blog newsblog überblick wichtigste "
        "wichtigsten spezial leitartikel gastbeitrag porträt glosse interviews podcasts bericht "
        "berichte faktencheck anzeige abo leser video-interview newsletter-abo live-blog "
        "bilderstrecke fotostrecke morgenlage abendlage tagesschau protokoll noticias titulares "
        "resumen columna columnas entrevista entrevistas fotos foto galería reportaje crónica "
        "exclusiva podcast minuto carta cartas actualité actualités actu infos info chronique "
        "éditorial édito billet exclusif exclusivité décryptage entretiens témoignage témoignages "
        "récit enquête diaporama notizie cronaca editoriale intervista esclusiva esclusivo "
        "fotogallery notícias manchetes exclusivo coluna ao nieuws interview opinie video's "
        "foto's liveblog exclusief новости новость эфир прямой трансляция интервью эксклюзив "
        "обзор онлайн-трансляция колонка онлайн-репортаж фоторепортаж видеорепортаж срочно "
        "репортаж главное ειδήσεις αποκλειστικό συνέντευξη ζωντανά φωτογραφίες φωτογραφία βίντεο "
        "أخبار عاجل بث مقابلة تقرير حصري حصرية شاهد بالفيديو بالصور مقال مقالات تحليل canlı haber "
        "haberleri röportaj yorum fotoğraf son dakika wideo zdjęcia wywiad relacja aktualności "
        "dozens hundreds thousands millions billions trillions dutzende hunderte tausende "
        "millionen milliarden decenas cientos miles millones dizaines centaines milliers "
        "десятки сотни тысячи миллионы δεκάδες εκατοντάδες χιλιάδες χιλιάδων "
        "via vs aka etc per cent percent bn mn pct plus amid amidst ahead despite laut trotz "
        "binnen samt sogar offenbar erneut künftig womöglich angeblich rund knapp tras ante bajo "
        "según aún selon malgré",
    )
)
"""Words that say what a piece is, besides those of words.FURNITURE, or nothing at all."""

CLOCK: Final = frozenset(
    re.findall(
        r"\S+",
        "aged old day days week weeks weekend month months today tonight yesterday tomorrow "
        "morning evening night daily weekly monthly hour hours minute year years monday tuesday "
        "wednesday thursday friday saturday sunday montag dienstag mittwoch donnerstag freitag "
        "samstag sonntag woche wochen wochenende monat monate monaten stunde stunden abend nacht "
        "jahr jahre jahren tag tage tagen gestern heute lunes martes miércoles jueves viernes "
        "sábado domingo semana semanas mes meses día días hoy ayer mañana noche año años hora "
        "horas lundi mardi mercredi jeudi vendredi samedi dimanche semaine semaines mois jour "
        "jours hier aujourd'hui demain soir nuit année années ans an heure heures lunedì martedì "
        "mercoledì giovedì venerdì sabato domenica settimana mese mesi giorno giorni oggi ieri "
        "domani anno anni ore ora segunda terça quarta quinta sexta dia dias hoje ontem amanhã "
        "ano anos mês понедельник вторник среда среду четверг пятница пятницу суббота субботу "
        "воскресенье неделя недели неделю месяц месяца день дня дней сегодня вчера завтра год "
        "года лет часов часа δευτέρα τρίτη τετάρτη πέμπτη παρασκευή σάββατο κυριακή εβδομάδα "
        "σήμερα χθες αύριο ημέρα ημέρες μήνα μήνες έτος χρόνια الاثنين الإثنين الثلاثاء الأربعاء "
        "الخميس الجمعة السبت الأحد اليوم أمس غدا أسبوع الأسبوع شهر يوم أيام عام سنة",
    )
)
"""Words for times: they begin no label, and end one only in a name (Black Friday)."""

NAMING: Final = frozenset(
    re.findall(
        r"\S+",
        "fire bill bills home homes world system computer mine mill interest area face room rooms "
        "research test tests state states member members sites website microsoft results ring "
        "wells group groups order orders case cases problem problems page pages value work novel "
        "section million-pound rights site shell downing point points place places opening house",
    )
)
"""Nouns that lists of English stop words hold, though labels do end with them."""

VERBS: Final = frozenset(
    re.findall(
        r"\S+",
        "release releasing accepts accuses accused admits agrees aims announces apologises "
        "appears approves argues arrested arrives asks attacked avoids awarded axed backs banned "
        "beats beaten beat becomes begins begs believes blames blasts blocks boosts breaks brings "
        "buys calls cancels cancelled celebrates charged clears collapses comes condemns confirms "
        "confirmed considers continues convicted could crashes created creates criticised "
        "criticises cuts dares debuts declares defeats defends delayed denies denied describes "
        "detained dies died discovers discovered dismisses dominates earns eases emerges ends "
        "enters escapes evacuated expected explodes expresses extends faces facing fails falls "
        "feels fell finds fined finishes flees fled forced forces found gets gives given goes "
        "grows guilty halts happens heads hears held helps hails hailed hides hit hits holds "
        "hunts ignores imposes injured insists invades investigates investigated jailed jails "
        "joins keeps kept killed kills killing knew launches launched lays leads learns leaves "
        "leaving led lets lives looks loses losing lost loves makes marries meets missing mourns "
        "moves murdered named nears needs ordered outlines overturns owns passes pays picks "
        "pleads pledges postponed praises predicts prepares prevents promises proposes proves "
        "pulls pushes puts quits quit raises raised reaches reacts reaching receives recovers "
        "recalls refuses regrets rejects released remains remembers removes removed replaces "
        "resigns responds returns reveals revealed rises rejoins rushes sacked sacks says seals "
        "sees seeks seeking seems seizes sells sends sentenced sentences sets settles shot shows "
        "shown shuts sinks slams slashes soars sold speaks splits spends stands starts steals "
        "stops stormed struggles struggling stuck sued sues suffers suggests summons survives "
        "suspends suspended swaps takes taken targets tells thanks thinks threatens threatened "
        "throws torn toppled topples tries triggers trying turns unveils unveiled urges urged "
        "uses vows waits wakes walks wants warn warns warned wears weighs welcomes wins won "
        "worries writes yields apologise turned become told seek urge go say vow plead kündigt "
        "fordert warnt stellt zeigt droht wirft lehnt plant verteidigt kritisiert meldet startet "
        "beginnt gewinnt verliert stirbt gestorben tot erklärt reagiert verkündet beschließt "
        "einigt rechnet bestätigt sucht verlässt bleibt hält zieht bringt setzt nimmt gibt findet "
        "sieht lässt spricht trifft fällt steigt sinkt wächst annonce annoncent meurt appelle "
        "demande accuse accusé condamné visé tué tués mort morts blessés anuncia anuncian pide "
        "piden acusa muere mueren matan gana ganan pierde pierden advierte dice niega busca llega "
        "llegan exige rechaza defiende confirma detenido detenidos investiga annuncia chiede "
        "chiedono accusa muore vince perde attacca arrestato morto morti morre morrem pede pedem "
        "vence diz afirma defende nega",
    )
)
"""Verbs of headlines at which labels neither begin nor end; none that is a noun too."""

LINKS: Final = frozenset(
    re.findall(
        r"\S+",
        "of the and in for on at against with over under between & der die das des dem den und im "
        "am an auf für gegen mit von vom zum zur um bei de la le les du d l et en au aux sur pour "
        "à contre el los las del y con por para contra e il lo gli i della dello delle degli dei "
        "di da nel nella sul sulla per do dos no na nos nas ao van het een op voor tegen в во на "
        "и о об с со из за по для от под над у к против του της των το τα η ο οι και στο στη στην "
        "στον στα για με في من على إلى عن مع بين ضد و ve ile w z の",
    )
)
"""Small words that may stand inside a label."""

PARTICLES: Final = frozenset(
    "的了在是和与及将被对为不也就都而其这那有从到向之把让给说称更最或因以于中上下后前"
    "时年月日个次第万亿元人名约超再又还已正可能会要等每各谁何吗呢吧啊你我他她它们與將"
    "對為說稱這來時個萬億會還從後們讓給分円回目約全同新"
)
"""Letters of Chinese and Japanese at which phrases neither begin nor end."""

ARTICLES: Final = frozenset(
    re.findall(
        r"\S+",
        "the die das den dem la le les l el los las il lo gli het τον την το τα η ο οι",
    )
)
"""Those of them that belong to the word behind: a label holds them only behind another."""
