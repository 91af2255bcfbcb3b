"""The words from which names, titles and texts are put together. All are everyday words of their languages."""

from dataclasses import dataclass
from typing import Final


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    """ "Hana:花" -> ("Hana", "花"): a word in Latin letters and in its own script."""
    return tuple((latin, own) for latin, _, own in (word.partition(":") for word in text.split()))


def _both(first: str, second: str) -> tuple[tuple[str, str], ...]:
    """Every word of the first list joined with every word of the second."""
    return tuple(
        (one + other, own + others) for one, own in _pairs(first) for other, others in _pairs(second)
    )


def _same(text: str) -> tuple[tuple[str, str], ...]:
    return tuple((word, word) for word in text.split())


@dataclass(frozen=True)
class Culture:
    """Where films and people come from. Every part of a name is a pair: in Latin letters, in its own script.

    A family name is one of `stems` followed by one of `endings`; `between` is what stands between its two parts.
    """

    language: str
    countries: tuple[str, ...]
    # Its share of the catalogue.
    weight: int
    given: tuple[tuple[str, str], ...]
    stems: tuple[tuple[str, str], ...]
    endings: tuple[tuple[str, str], ...] = (("", ""),)
    between: str = ""
    # The family name comes first in its own script.
    family_first: bool = False

    @property
    def has_own_script(self) -> bool:
        return self.given[0][0] != self.given[0][1]


_ROMANCE_FAMILIES = """Aguilar Alonso Álvarez Barros Benítez Blanco Cabral Calderón Campos Cano Castro Cortés Cruz Díaz
    Domínguez Duarte Escobar Esteban Ferrer Flores Fuentes Gallego García Gil Giménez Guerra Herrera Ibáñez Iglesias
    León López Lozano Luna Marín Molina Mora Moreno Muñoz Navarro Núñez Ortega Ortiz Pardo Peña Prieto Ramos Rojas Romero
    Rubio Sáez Salas Serrano Silva Soler Soto Torres Varela Vega Vidal"""

CULTURES: Final = (
    Culture(
        "en", ("US", "GB", "CA", "AU", "IE", "NZ"), 40,
        _same("""Abigail Adam Alan Albert Alice Amber Amy Andrew Anna Arthur Barbara Ben Beth Brian Carol Charles Claire
            Colin Daniel David Deborah Dennis Diana Donald Edith Edward Eleanor Emily Eric Ethel Eva Fiona Frances Frank
            George Gillian Gloria Grace Graham Hannah Harold Harry Hazel Helen Henry Howard Hugh Ian Irene Isabel Jack
            James Jane Janet Jason Jean Jennifer Joan Joel John Joyce Julia Karen Keith Kenneth Laura Leonard Lily Louis
            Lucy Margaret Mark Martha Martin Mary Maud Megan Michael Miriam Nancy Neil Nora Oliver Oscar Patricia Paul
            Peter Philip Rachel Ralph Rebecca Richard Robert Roger Rose Roy Ruth Samuel Sarah Scott Sheila Simon Stella
            Stephen Susan Sylvia Theodore Thomas Tracy Vera Victor Violet Walter Wendy William"""),
        _same("""Ash Ald Ban Barn Beck Berk Black Brad Bran Brock Buck Can Carl Chad Clay Clif Col Cran Dal Den Dray Dun
            East El Far Fen Frank Gar Glen Grey Hal Ham Har Hart Hay Heath Hol Holm Hunt Kel Kings Lang Lin Lock Long
            Mar May Mil Mor New Nor North Old Oak Par Pem Ray Red Rock Ros Row Shel Sher Stan Sted Strat Sut Thorn Tre
            Wake Wal War Wes Whit Wil Win Wood York"""),
        _same("bury by combe croft dale den field ford ham hurst land ley low man more ridge shaw son stead ton wall well "
              "wick wood worth"),
    ),
    Culture(
        "nl", ("NL", "BE"), 6,
        _same("""Aaltje Aart Anke Annelies Anouk Arie Bart Bas Bente Bram Carolien Cees Daan Dirk Eline Els Evert Femke
            Floor Floris Frits Geert Gijs Greet Hanneke Hans Hendrik Henk Hilde Ineke Jaap Jacoba Jan Jelle Jeroen
            Joke Joost Jorien Kees Klaas Koen Lars Lieke Lotte Maaike Maarten Marijke Marloes Mieke Niels Noor Pieter
            Pim Rik Roos Ruben Saskia Sietske Sjoerd Stijn Teun Tineke Truus Wim Wouter"""),
        _same("van_der_ van_den_ de_ van_ ter_ van_de_ op_de_ in_'t_"),
        _same("""Akker Berg Beek Boom Bos Brink Brug Burg Dam Dijk Dorp Duin Eik Gaag Graaf Haar Heide Heuvel Hoek Hof
            Horst Kade Kamp Kerk Kolk Laan Linde Maas Meer Meulen Molen Plas Poel Ploeg Polder Putten Ruit Schans
            Schoot Sluis Steen Stege Straat Veen Veer Velde Vliet Vloed Weg Weide Werf Wijk Zand Zee Zwaan"""),
    ),
    Culture(
        "fr", ("FR", "BE", "CH", "CA"), 12,
        _same("""Adèle Agathe Alain Amélie André Anatole Antoine Armand Aurélie Baptiste Bernadette Brigitte Camille
            Cécile Céline Chantal Clémence Colette Damien Delphine Didier Édith Élise Émile Étienne Fabrice Fernand
            Florence Gaston Geneviève Gérard Gilles Guillaume Hélène Henri Hervé Honoré Hugo Inès Jacques Jérôme Joël
            Julien Léa Léon Lucien Madeleine Marcel Margaux Mathilde Maxime Michèle Noémie Odette Pascal Paulette
            Philippe Quentin Raymond Rémi René Sabine Solange Sylvain Thérèse Valérie Véronique Yves Zoé"""),
        _same("""Al Auber Bar Beau Bel Ber Bois Bon Bour Bras Bru Chab Cham Char Chau Clair Com Cour Dau Del Du Fau Fer
            Fon Four Gau Gran Gui Jou La Lam Lan Le Lor Mal Mar Mau Mon Mor Per Pic Pon Pru Re Ri Rous Sau Sar Tes Thi
            Val Ver Vi"""),
        _same("aud bert chard court eau el et ette fort gnon lain lard let lier mont nard neau nier quet rand sard son tier "
              "val ville vin"),
    ),
    Culture(
        "es", ("ES", "MX", "AR", "CL", "CO"), 7,
        _same("""Adriana Agustín Alberto Alejandra Alfonso Álvaro Amparo Ana Ángel Antonia Beatriz Belén Carlos Carmen
            Catalina Clara Consuelo Cristóbal Diego Dolores Elena Emilio Enrique Esperanza Esteban Eugenia Fabián
            Felipe Fernanda Francisco Gabriela Gonzalo Guadalupe Héctor Hernán Inés Ignacio Isabel Javier Joaquín Jorge
            Josefa Juan Julia Leonor Lourdes Lucía Luis Manuel Marcos Marisol Mateo Mercedes Miguel Montserrat Nicolás
            Nuria Pablo Paloma Pedro Pilar Rafael Ramón Raquel Ricardo Rocío Rosario Santiago Sofía Teresa Tomás"""),
        _same(_ROMANCE_FAMILIES), _same(_ROMANCE_FAMILIES), between=" ",
    ),
    Culture(
        "it", ("IT",), 7,
        _same("""Adele Agnese Alberto Aldo Alessia Anna Antonio Arianna Bianca Bruno Camilla Carlo Caterina Chiara Claudia
            Cosimo Dario Donatella Edoardo Elena Elio Emma Enrico Ettore Fabio Federica Filippo Flavia Franca
            Francesco Gaia Giacomo Gianni Gino Giorgia Giovanni Giulia Giuseppe Ivo Laura Lidia Lorenzo Luca Luisa
            Marcello Marco Margherita Mario Matteo Mauro Michela Nadia Nino Ornella Paolo Piera Pietro Renata Renzo
            Rita Roberto Rosa Sandro Serena Silvio Stefania Tommaso Ugo Valeria Vito"""),
        _same("""Al Ant Bar Bel Ben Ber Bian Bon Bor Bran Cal Can Capo Car Cas Cat Cec Col Con Cor Cost Don Fab Fal Far
            Fer Fil Fior Fos Gal Gar Gel Gior Gran Gui Lan Leo Lom Luc Mac Man Mar Mas Mer Mon Mor Nat Ner Ort Pac Pan
            Par Pel Per Pin Riz Ros Sal San Sar Ser Tad Tes Tor Val Ver Vin Zan"""),
        _same("ardi aro ati azzi elli ello enti etti iani ieri ini ino isi one oni otti ucci uzzi"),
    ),
    Culture(
        "de", ("DE", "AT", "CH"), 8,
        _same("""Adelheid Albrecht Andreas Anja Anneliese Anton Astrid Bernd Birgit Brigitte Christa Christoph Claudia
            Dagmar Detlef Dieter Dorothea Eberhard Elke Erich Ernst Eva Franz Friedrich Fritz Georg Gerda Gisela
            Gottfried Gudrun Günther Hannelore Hans Hartmut Heike Heinrich Heinz Helga Helmut Herbert Hildegard Holger
            Horst Ilse Ingrid Jochen Johanna Jürgen Karl Käthe Klaus Konrad Kurt Liesel Lothar Magdalena Manfred Martha
            Matthias Monika Otto Petra Rainer Renate Rolf Rudolf Sabine Siegfried Silke Sigrid Stefan Susanne Theo
            Ulrich Ursula Uwe Volker Waltraud Werner Wilhelm Wolfgang"""),
        _same("""Ab Al Alten Auer Bach Berg Birken Blum Brand Braun Breit Buch Burg Dorn Eber Eich Eisen Erd Feld Fink
            Fisch Frei Fried Gold Gross Grün Gut Haber Hagen Hart Hein Hirsch Hof Hohen Holz Kalt Kirch Klein Knob
            König Korn Lang Lauter Licht Lind Loh Mai Mühl Neu Nuss Ober Oster Reich Rein Rosen Rot Sand Schön Schwarz
            Seid Silber Stein Stern Stock Straß Tann Unter Wald Wasser Weid Weiß Wein Wolf Zimmer"""),
        _same("acker au bach baum berg berger bergk born burg dorf eck er feld hard hauer haus heim hoff huber ing kamp lein "
              "ler mann meier müller rich stätter thal wald weg"),
    ),
    Culture(
        "pt", ("PT", "BR"), 5,
        _same("""Adelaide Afonso Alberto Alice Álvaro Amália Ana António Augusto Aurora Bárbara Bento Bernardo Branca
            Caetano Carlota Cecília Conceição Daniela Diogo Duarte Eduardo Elisa Emília Estêvão Eugénio Fátima Fernão
            Filipa Francisca Gaspar Gonçalo Graça Helena Henrique Inês Isabel Jaime Joana João Joaquim Jorge José
            Júlio Leonor Lourenço Luísa Luís Madalena Manuel Margarida Matilde Miguel Mónica Natália Nuno Olga Patrícia
            Paulo Pedro Raquel Rita Rodrigo Rui Salvador Simão Sofia Teresa Tiago Tomé Vasco Vitória"""),
        _same("""Abreu Aguiar Almeida Alves Amaral Amorim Andrade Antunes Araújo Azevedo Baptista Barbosa Barros Bastos
            Borges Braga Brito Caldeira Camacho Campos Cardoso Carneiro Carvalho Castro Coelho Correia Costa Coutinho
            Cunha Dias Duarte Esteves Faria Fernandes Ferreira Figueiredo Fonseca Freitas Garcia Gaspar Gomes Guerra
            Henriques Leal Leite Lobo Lopes Loureiro Macedo Machado Maia Marques Martins Matos Melo Mendes Monteiro
            Morais Moreira Mota Moura Neves Nogueira Nunes Oliveira Pacheco Pinto Pires Queirós Ramos Reis Rocha Salgado
            Santos Saraiva Silveira Soares Sousa Tavares Teixeira Torres Vaz Viana Vieira"""),
        _same("Amado Bento Calado Cruz Duro Farto Franco Galvão Junqueira Lacerda Meireles Novais Ornelas Prado Quental Rebelo "
              "Sampaio Taborda Valadares Xavier"), between=" ",
    ),
    Culture(
        "sv", ("SE", "DK", "NO", "FI", "IS"), 5,
        _same("""Agneta Anders Arvid Astrid Axel Birgitta Björn Bo Britt Ebba Elsa Erik Ester Folke Freja Gösta Greta
            Gudrun Gunnar Gustav Håkan Hedvig Henning Hjalmar Inga Ingemar Ivar Jens Jørgen Karin Kerstin Kirsten Kjell
            Knut Lars Leif Lena Linnea Magnus Märta Mette Mogens Nils Olof Oskar Ove Per Pernilla Ragnar Rolf Rune Signe
            Sigrid Siv Solveig Stellan Sten Sven Svea Tage Tora Torsten Tuva Ulla Ulf Viggo Viveka"""),
        _same("""Ahl Alm Ander Apel Asp Berg Björk Blom Bo Bro Dahl Ek Eng Erik Falk Fors Frid Gran Grön Gustav Håkan Hag
            Hall Hed Hell Holm Jakob Jens Karl Kull Lager Lars Lilje Lind Ljung Lund Malm Matt Nils Nor Ny Öst Pål Ros
            Rön Sand Sjö Skog Söder Sten Strand Ström Sund Svens Tall Torn Vall Vest Väster Wall"""),
        _same("berg blad bom borg by crantz dahl er feldt fors gren gård holm kvist lind lund man mark nér qvist sen son "
              "stedt ström stad vall"),
    ),
    Culture(
        "pl", ("PL", "CZ", "SK", "HU"), 5,
        _same("""Agnieszka Andrzej Anna Barbara Bartosz Bogdan Bożena Cezary Danuta Dariusz Dorota Edyta Elżbieta Ewa
            Feliks Franciszek Gabriela Grażyna Grzegorz Halina Henryk Hubert Irena Iwona Jacek Jadwiga Jan Janusz
            Jarosław Jerzy Joanna Józef Julian Kamil Karol Katarzyna Kazimierz Krystyna Krzysztof Leszek Łucja Łukasz
            Maciej Magda Małgorzata Marek Mateusz Michał Mirosław Natalia Paweł Piotr Rafał Renata Roman Ryszard
            Sławomir Stanisław Stefan Sylwia Szymon Tadeusz Tomasz Urszula Wanda Wiesław Witold Wojciech Zbigniew
            Zdzisław Zofia Żaneta"""),
        _same("""Adam Bąk Bań Biel Błasz Bor Brzez Bucz Bur Chmiel Cieś Czar Czer Dąb Dobrz Doma Droz Dud Gaj Gór Grab
            Gro Jabłoń Jan Jaroń Jasiń Kacz Kali Kam Kor Kowal Koz Kraj Kru Krzy Kuch Laso Lew Lip Łęc Mali Mar Maz
            Mich Modrz Mosz Nowa Olsz Orło Ostr Pałk Paw Piotr Polań Ros Rud Sad Sień Sokoł Sos Sta Świer Tom Troj
            Wal Wierz Wil Wiśn Woj Wróbl Zająć Ziel Żur"""),
        _same("ak arz czak czyk ek ewicz iak icki iński ka kowski ny owicz owski ski uk yk yński"),
    ),
    Culture(
        "tr", ("TR",), 3,
        _same("""Ahmet Ali Aslı Ayla Ayşe Aysel Barış Berk Burcu Can Cem Cemal Ceren Defne Deniz Derya Ebru Elif Emel
            Emre Erdem Esra Fatma Ferhat Filiz Gizem Gökhan Gül Güneş Hakan Hale Halil Hülya İbrahim İlker Kaan Kemal
            Kerem Lale Leyla Mehmet Melek Meral Mert Metin Murat Mustafa Nazlı Nermin Nuri Oğuz Orhan Ömer Özge Pelin
            Rıza Selim Selma Serkan Sevgi Sibel Sinan Şebnem Tarık Tuğba Tülin Umut Volkan Yasemin Yavuz Yusuf
            Zeynep"""),
        _same("""Ak Alp Altın Arslan Aslan Ay Aydın Bal Bay Bozk Bulut Can Çelik Çetin Çiçek Dağ Demir Deniz Doğan Er
            Eren Gök Gün Güneş Kaplan Kara Kaya Keskin Kılıç Koç Korkmaz Kurt Öz Polat Sarı Sönmez Şahin Şen Taş Tekin
            Toprak Tunç Ulu Uslu Uz Yalçın Yavuz Yıldız Yıl Yücel"""),
        _same("alp ay baş bek can dağ er giller kan lı man oğlu öz soy su taş türk ultu un"),
    ),
    Culture(
        "hi", ("IN", "PK", "BD", "LK"), 12,
        _same("""Aarti Abhishek Aditi Ajay Akash Amit Anand Anil Anita Anjali Arjun Arun Asha Ashok Ayesha Bhavna Bimal
            Chandra Chitra Deepa Deepak Devika Dilip Divya Farah Gauri Geeta Gopal Gulshan Harish Hema Indira Ishaan
            Jaya Jyoti Kabir Kalpana Kamal Karan Kavita Kiran Kishore Lakshmi Lalita Madhavi Mahesh Manisha Manoj Meena
            Mohan Mukesh Nalini Nandita Naveen Neha Nikhil Padma Pankaj Pooja Prakash Pramod Priya Radha Rahul Rajesh
            Rakesh Ramesh Rani Ravi Rekha Rohan Sanjay Sarita Satish Shanti Sharmila Shyam Sita Sudha Sunil Suresh
            Tanvi Uma Usha Vijay Vikram Vimala Vinod Yash"""),
        _same("""Acha Agar Aiya Aman Anan Ara Bala Bane Bha Bhat Chan Chau Cho Dasgu Desh Dev Dha Du Gan Ghosh Go Gup Iyen
            Ja Jo Ka Kapa Kha Kri Kul Lal Maha Mal Meh Men Mish Muk Na Nam Nara Pan Para Pat Pra Raja Rama Ran Redda Sa
            Sala Sand Sarka Sen Sha Shri Sidda Sing Su Tag Tri Upa Vais Var Ven Ya"""),
        _same("dar deep dev dhan gar hari jee kar kumar lal li mani nath nand nathan pal rajan raman ran rey sham shan "
              "swamy tha van vas wal yan yar"),
    ),
    Culture(
        "ru", ("RU", "UA", "BY", "SU"), 6,
        _pairs("""Aleksandr:Александр Alexei:Алексей Alla:Алла Anastasia:Анастасия Andrei:Андрей Anna:Анна Anton:Антон
            Boris:Борис Vadim:Вадим Vasily:Василий Vera:Вера Viktor:Виктор Vladimir:Владимир Galina:Галина
            Grigory:Григорий Daria:Дарья Dmitri:Дмитрий Evgeny:Евгений Ekaterina:Екатерина Elena:Елена Zoya:Зоя
            Ivan:Иван Igor:Игорь Irina:Ирина Kirill:Кирилл Konstantin:Константин Larisa:Лариса Lev:Лев Lyudmila:Людмила
            Maxim:Максим Maria:Мария Mikhail:Михаил Nadezhda:Надежда Natalia:Наталья Nikita:Никита Nikolai:Николай
            Nina:Нина Oleg:Олег Olga:Ольга Pavel:Павел Pyotr:Пётр Roman:Роман Svetlana:Светлана Sergei:Сергей
            Stepan:Степан Tamara:Тамара Tatiana:Татьяна Fyodor:Фёдор Yulia:Юлия Yuri:Юрий"""),
        _pairs("""Bar:Бар Bel:Бел Bobr:Бобр Vasil:Васил Vin:Вин Vol:Вол Gal:Гал Gor:Гор Grom:Гром Gus:Гус Dan:Дан
            Dubr:Дубр Erm:Ерм Zhar:Жар Zait:Зайт Zim:Зим Ign:Игн Kal:Кал Karp:Карп Kir:Кир Kol:Кол Kor:Кор Kuzm:Кузм
            Lar:Лар Leb:Леб Luk:Лук Mal:Мал Mark:Марк Mat:Мат Mor:Мор Naz:Наз Nik:Ник Orl:Орл Osip:Осип Pan:Пан
            Pet:Пет Pol:Пол Pokr:Покр Rog:Рог Rom:Ром Sav:Сав Sem:Сем Sid:Сид Smir:Смир Sok:Сок Tar:Тар Tim:Тим
            Tik:Тих Ul:Ул Fad:Фад Filip:Филип Khar:Хар Chern:Черн Shub:Шуб Yak:Як"""),
        _pairs("anov:анов anin:анин ashov:ашов atov:атов enin:енин enko:енко enkov:енков erov:еров etsky:ецкий ikov:иков "
               "ilov:илов in:ин insky:инский itsky:ицкий ov:ов ovsky:овский onin:онин ushkin:ушкин yshev:ышев"),
    ),
    Culture(
        "fa", ("IR", "AF"), 4,
        _pairs("""Abbas:عباس Ahmad:احمد Akbar:اکبر Ali:علی Amir:امیر Arash:آرش Azadeh:آزاده Babak:بابک Bahar:بهار
            Bahram:بهرام Behnaz:بهناز Behrouz:بهروز Dariush:داریوش Ebrahim:ابراهیم Elham:الهام Farhad:فرهاد
            Farideh:فریده Fatemeh:فاطمه Fereshteh:فرشته Golnar:گلنار Hamid:حمید Hassan:حسن Hossein:حسین Iraj:ایرج
            Jafar:جعفر Jamshid:جمشید Kamran:کامران Katayoun:کتایون Kaveh:کاوه Khosrow:خسرو Ladan:لادن Leila:لیلا
            Mahin:مهین Mahmoud:محمود Majid:مجید Mani:مانی Maryam:مریم Massoud:مسعود Mehdi:مهدی Mina:مینا
            Mitra:میترا Mohsen:محسن Nader:نادر Nasrin:نسرین Niki:نیکی Parisa:پریسا Parviz:پرویز Reza:رضا Roya:رویا
            Saeed:سعید Sahar:سحر Shahin:شاهین Shirin:شیرین Sohrab:سهراب Taraneh:ترانه Zahra:زهرا Zohreh:زهره"""),
        _pairs("""Abad:آباد Akbar:اکبر Ali:علی Amir:امیر Aria:آریا Azar:آذر Bahar:بهار Bahram:بهرام Bagher:باقر
            Davoud:داوود Ebrahim:ابراهیم Fallah:فلاح Farah:فرح Farrokh:فرخ Ghasem:قاسم Golestan:گلستان Hakim:حکیم
            Hashem:هاشم Heydar:حیدر Jafar:جعفر Jalal:جلال Kamal:کمال Karim:کریم Kazem:کاظم Kerman:کرمان
            Khosrow:خسرو Mahmoud:محمود Majid:مجید Mehr:مهر Mirza:میرزا Mokhtar:مختار Mousa:موسی Nader:نادر Naser:ناصر
            Omid:امید Parsa:پارسا Rafi:رفیع Rahim:رحیم Ramezan:رمضان Rashid:رشید Rostam:رستم Sadegh:صادق Salim:سلیم
            Shahr:شهر Shiraz:شیراز Soleiman:سلیمان Tabriz:تبریز Taher:طاهر Yousef:یوسف Zaman:زمان"""),
        _pairs("i:ی zadeh:زاده pour:پور nejad:نژاد ian:یان nia:نیا far:فر khah:خواه manesh:منش vand:وند"),
    ),
    Culture(
        "ja", ("JP",), 10,
        _pairs("""Aiko:愛子 Akira:明 Akiko:秋子 Asami:麻美 Aya:彩 Chieko:千恵子 Daisuke:大輔 Eiji:英二 Emi:恵美 Fumiko:文子
            Goro:五郎 Hana:花 Haruki:春樹 Haruko:春子 Hideo:秀夫 Hiroko:広子 Hiroshi:浩 Ichiro:一郎 Isamu:勇 Jun:純
            Kaori:香 Kazuo:和夫 Keiko:恵子 Kenji:健二 Kiyoshi:清 Koji:浩二 Kumiko:久美子 Makoto:誠 Mariko:真理子
            Masako:正子 Masao:正夫 Megumi:恵 Michiko:美智子 Midori:緑 Minoru:実 Misaki:美咲 Naoko:直子 Naoki:直樹
            Noboru:昇 Osamu:修 Reiko:玲子 Ryo:涼 Sachiko:幸子 Sakura:桜 Satoshi:聡 Setsuko:節子 Shigeru:茂 Shinji:真二
            Susumu:進 Tadashi:正 Takashi:隆 Takeshi:武 Taro:太郎 Tetsuo:哲夫 Tomoko:友子 Toshiro:敏郎 Yasuko:康子
            Yoko:洋子 Yoshio:義雄 Yuki:雪 Yumiko:由美子"""),
        _pairs("""Abe:安部 Aoki:青木 Asa:浅 Fuji:藤 Fuku:福 Furu:古 Hama:浜 Hira:平 Hoshi:星 Ike:池 Ima:今 Ishi:石 Iwa:岩
            Kame:亀 Kane:金 Kawa:川 Kita:北 Kono:河野 Kuro:黒 Kuri:栗 Maru:丸 Matsu:松 Minami:南 Miya:宮 Mizu:水 Mori:森
            Naka:中 Naga:長 Nishi:西 No:野 Oka:岡 Oki:沖 O:大 Saka:坂 Saku:作 Sawa:沢 Shima:島 Shimi:清 Shiro:白 Sugi:杉
            Suzu:鈴 Taka:高 Take:竹 Tani:谷 Toku:徳 Tomi:富 Tsuki:月 Ue:上 Uchi:内 Wada:和田 Waka:若 Yama:山 Yoko:横
            Yoshi:吉"""),
        _pairs("da:田 gawa:川 guchi:口 hara:原 hashi:橋 ki:木 moto:本 mura:村 naka:中 no:野 oka:岡 saki:崎 sawa:沢 shima:島 "
               "shita:下 ta:多 tani:谷 ura:浦 uchi:内 yama:山 zaki:碕"),
        family_first=True,
    ),
    Culture(
        "zh", ("CN", "HK", "TW"), 7,
        _both(
            """Bai:白 Bo:波 Chun:春 Da:大 De:德 Fang:芳 Guo:国 Hai:海 Hong:红 Hua:华 Jia:家 Jian:建 Jing:静 Jun:军 Li:丽
            Ling:玲 Mei:美 Ming:明 Ning:宁 Ping:平 Qing:青 Rong:荣 Shan:山 Shu:淑 Tian:天 Wei:伟 Wen:文 Xiao:晓 Xue:雪
            Yan:燕 Yi:一 Ying:英 Yong:勇 Yu:玉 Yun:云 Zhi:志""",
            """an:安 fei:飞 gang:刚 hui:慧 jie:杰 jun:君 lan:兰 lin:林 min:敏 na:娜 peng:鹏 qiang:强 ru:如 tao:涛 wei:薇
            xia:霞 yang:阳 yue:月 zhen:珍""",
        ),
        _pairs("""Bai:白 Cai:蔡 Cao:曹 Chen:陈 Cheng:程 Deng:邓 Ding:丁 Dong:董 Du:杜 Fan:范 Fang:方 Feng:冯 Fu:傅 Gao:高
            Gu:顾 Guo:郭 Han:韩 He:何 Hu:胡 Huang:黄 Jiang:江 Jin:金 Kong:孔 Lei:雷 Li:李 Liang:梁 Lin:林 Liu:刘 Lu:卢
            Luo:罗 Ma:马 Meng:孟 Pan:潘 Peng:彭 Qian:钱 Qin:秦 Shen:沈 Shi:石 Song:宋 Su:苏 Sun:孙 Tan:谭 Tang:唐 Tian:田
            Wang:王 Wei:魏 Wu:吴 Xia:夏 Xie:谢 Xu:徐 Yan:严 Yang:杨 Yao:姚 Ye:叶 Yu:于 Yuan:袁 Zeng:曾 Zhang:张 Zhao:赵
            Zheng:郑 Zhou:周 Zhu:朱 Zou:邹"""),
        family_first=True,
    ),
    Culture(
        "el", ("GR", "CY"), 2,
        _pairs("""Alexandra:Αλεξάνδρα Anastasia:Αναστασία Andreas:Ανδρέας Anna:Άννα Antonis:Αντώνης Aris:Άρης
            Christina:Χριστίνα Christos:Χρήστος Danae:Δανάη Despina:Δέσποινα Dimitris:Δημήτρης Eleni:Ελένη Eva:Εύα
            Fotini:Φωτεινή Giorgos:Γιώργος Giannis:Γιάννης Ioanna:Ιωάννα Irini:Ειρήνη Katerina:Κατερίνα Kostas:Κώστας
            Lefteris:Λευτέρης Maria:Μαρία Manos:Μάνος Melina:Μελίνα Michalis:Μιχάλης Nikos:Νίκος Olga:Όλγα Panos:Πάνος
            Pavlos:Παύλος Petros:Πέτρος Sofia:Σοφία Spyros:Σπύρος Stavros:Σταύρος Stella:Στέλλα Thanasis:Θανάσης
            Theo:Θόδωρος Vangelis:Βαγγέλης Vasiliki:Βασιλική Yannis:Γιάννης Zoe:Ζωή"""),
        _pairs("""Agel:Αγγελ Alex:Αλεξ Anagn:Αναγν Anton:Αντων Christ:Χριστ Dendr:Δενδρ Dim:Δημ Dimitr:Δημητρ Econ:Οικον
            Fot:Φωτ Gavr:Γαβρ Georg:Γεωργ Giann:Γιανν Hatz:Χατζ Ioann:Ιωανν Kal:Καλ Karam:Καραμ Kon:Κων Kost:Κωστ
            Lamb:Λαμπ Mak:Μακ Man:Μαν Mavr:Μαυρ Mich:Μιχ Nik:Νικ Pap:Παπ Pavl:Παυλ Petr:Πετρ Poly:Πολυ Sarant:Σαραντ
            Stath:Σταθ Stav:Σταυ Theod:Θεοδ Tsak:Τσακ Vas:Βασ Vl:Βλ Xen:Ξεν Zach:Ζαχ"""),
        _pairs("adis:άδης akis:άκης akos:άκος anidis:ανίδης as:άς atos:άτος eas:έας elis:έλης idis:ίδης opoulos:όπουλος "
               "ou:ου oudis:ούδης ouris:ούρης"),
    ),
    Culture(
        "ar", ("EG", "MA", "TN", "LB"), 3,
        _pairs("""Adel:عادل Ahmed:أحمد Aisha:عائشة Amal:أمل Amina:أمينة Anwar:أنور Dina:دينا Emad:عماد Fadi:فادي
            Farid:فريد Fatima:فاطمة Habib:حبيب Hala:هالة Hassan:حسن Hind:هند Ibrahim:إبراهيم Jamil:جميل Kamal:كمال
            Karima:كريمة Khaled:خالد Laila:ليلى Magda:ماجدة Mahmoud:محمود Mariam:مريم Mona:منى Mounir:منير Nabil:نبيل
            Nadia:نادية Najwa:نجوى Omar:عمر Rami:رامي Rania:رانيا Sabah:صباح Said:سعيد Salma:سلمى Samir:سمير
            Sana:سناء Tarek:طارق Youssef:يوسف Zeinab:زينب"""),
        _pairs("El_:ال Abdel_:عبد_ال Abou_:أبو_ Ben_:بن_"),
        _pairs("""Amin:أمين Amir:أمير Badr:بدر Daoud:داود Fadl:فضل Farag:فرج Fouad:فؤاد Gamal:جمال Ghani:غني Hadi:هادي
            Hakim:حكيم Halim:حليم Hamid:حميد Hosni:حسني Ismail:إسماعيل Kader:قادر Karim:كريم Khalil:خليل Latif:لطيف
            Magid:ماجد Mansour:منصور Mokhtar:مختار Nasser:ناصر Rahim:رحيم Rahman:رحمن Rashid:رشيد Sadek:صادق
            Salam:سلام Salem:سالم Sharif:شريف Taher:طاهر Wahab:وهاب Zaki:زكي"""),
    ),
    Culture(
        "ko", ("KR",), 4,
        _both(
            """Bo-:보 Chan-:찬 Chul-:철 Dong-:동 Eun-:은 Ga-:가 Ha-:하 Hee-:희 Ho-:호 Hyun-:현 In-:인 Ja-:자 Jae-:재 Ji-:지
            Jin-:진 Joon-:준 Jung-:정 Ki-:기 Kyung-:경 Min-:민 Mi-:미 Na-:나 Sang-:상 Seo-:서 Seung-:승 Soo-:수 Sun-:선
            Tae-:태 Won-:원 Woo-:우 Yeon-:연 Young-:영""",
            """ah:아 bin:빈 gi:기 ho:호 hee:희 hoon:훈 hwa:화 il:일 jin:진 joo:주 kyu:규 min:민 mi:미 rim:림 sik:식 soo:수
            sook:숙 woo:우 yeol:열 young:영""",
        ),
        _pairs("Ahn:안 Bae:배 Baek:백 Cha:차 Cho:조 Choi:최 Chung:정 Han:한 Heo:허 Hong:홍 Hwang:황 Jang:장 Jeon:전 Joo:주 "
               "Kang:강 Kim:김 Ko:고 Kwon:권 Lee:이 Lim:임 Min:민 Moon:문 Nam:남 Noh:노 Oh:오 Park:박 Ryu:류 Seo:서 Shin:신 "
               "Son:손 Song:송 Woo:우 Yang:양 Yoo:유 Yoon:윤"),
        family_first=True,
    ),
)  # fmt: skip

# --- Names of titles ------------------------------------------------------------------------------------

# The languages in which a title may be called by the same words, and "and" and "in" between two of them.
TITLE_LANGUAGES: Final = ("en", "nl", "fr", "es", "it", "de", "pt", "ru", "fa", "ja", "zh", "el")
AND: Final = dict(
    zip(
        TITLE_LANGUAGES,
        (" and ", " en ", " et ", " y ", " e ", " und ", " e ", " и ", " و ", "と", "与", " και "),
        strict=True,
    )
)

# One thing a line, by the languages above; romance and Germanic ones with their article, as a title has it.
_THINGS = """
    The House|Het Huis|La Maison|La Casa|La Casa|Das Haus|A Casa|Дом|خانه|家|房子|Το Σπίτι
    The River|De Rivier|La Rivière|El Río|Il Fiume|Der Fluss|O Rio|Река|رودخانه|川|河流|Το Ποτάμι
    The Sea|De Zee|La Mer|El Mar|Il Mare|Das Meer|O Mar|Море|دریا|海|大海|Η Θάλασσα
    The Mountain|De Berg|La Montagne|La Montaña|La Montagna|Der Berg|A Montanha|Гора|کوه|山|山峰|Το Βουνό
    The Night|De Nacht|La Nuit|La Noche|La Notte|Die Nacht|A Noite|Ночь|شب|夜|夜晚|Η Νύχτα
    The Morning|De Ochtend|Le Matin|La Mañana|Il Mattino|Der Morgen|A Manhã|Утро|صبح|朝|早晨|Το Πρωί
    The Garden|De Tuin|Le Jardin|El Jardín|Il Giardino|Der Garten|O Jardim|Сад|باغ|庭|花园|Ο Κήπος
    The Shoes|De Schoenen|Les Chaussures|Los Zapatos|Le Scarpe|Die Schuhe|Os Sapatos|Туфли|کفش‌ها|靴|鞋子|Τα Παπούτσια
    The Window|Het Raam|La Fenêtre|La Ventana|La Finestra|Das Fenster|A Janela|Окно|پنجره|窓|窗|Το Παράθυρο
    The Door|De Deur|La Porte|La Puerta|La Porta|Die Tür|A Porta|Дверь|در|扉|门|Η Πόρτα
    The Train|De Trein|Le Train|El Tren|Il Treno|Der Zug|O Comboio|Поезд|قطار|列車|火车|Το Τρένο
    The Road|De Weg|La Route|El Camino|La Strada|Die Straße|A Estrada|Дорога|جاده|道|道路|Ο Δρόμος
    The Snow|De Sneeuw|La Neige|La Nieve|La Neve|Der Schnee|A Neve|Снег|برف|雪|雪花|Το Χιόνι
    The Rain|De Regen|La Pluie|La Lluvia|La Pioggia|Der Regen|A Chuva|Дождь|باران|雨|雨水|Η Βροχή
    The Wind|De Wind|Le Vent|El Viento|Il Vento|Der Wind|O Vento|Ветер|باد|風|风|Ο Άνεμος
    The Fire|Het Vuur|Le Feu|El Fuego|Il Fuoco|Das Feuer|O Fogo|Огонь|آتش|火|火焰|Η Φωτιά
    The Moon|De Maan|La Lune|La Luna|La Luna|Der Mond|A Lua|Луна|ماه|月|月亮|Το Φεγγάρι
    The Star|De Ster|L'Étoile|La Estrella|La Stella|Der Stern|A Estrela|Звезда|ستاره|星|星星|Το Αστέρι
    The Mother|De Moeder|La Mère|La Madre|La Madre|Die Mutter|A Mãe|Мать|مادر|母|母亲|Η Μητέρα
    The Father|De Vader|Le Père|El Padre|Il Padre|Der Vater|O Pai|Отец|پدر|父|父亲|Ο Πατέρας
    The Brother|De Broer|Le Frère|El Hermano|Il Fratello|Der Bruder|O Irmão|Брат|برادر|弟|兄弟|Ο Αδελφός
    The Sister|De Zus|La Sœur|La Hermana|La Sorella|Die Schwester|A Irmã|Сестра|خواهر|姉|姐妹|Η Αδελφή
    The Child|Het Kind|L'Enfant|El Niño|Il Bambino|Das Kind|A Criança|Ребёнок|کودک|子供|孩子|Το Παιδί
    The Teacher|De Leraar|Le Professeur|El Maestro|Il Maestro|Der Lehrer|O Professor|Учитель|معلم|先生|老师|Ο Δάσκαλος
    The Doctor|De Dokter|Le Médecin|El Médico|Il Medico|Der Arzt|O Médico|Врач|دکتر|医者|医生|Ο Γιατρός
    The Soldier|De Soldaat|Le Soldat|El Soldado|Il Soldato|Der Soldat|O Soldado|Солдат|سرباز|兵士|士兵|Ο Στρατιώτης
    The Thief|De Dief|Le Voleur|El Ladrón|Il Ladro|Der Dieb|O Ladrão|Вор|دزد|泥棒|小偷|Ο Κλέφτης
    The Judge|De Rechter|Le Juge|El Juez|Il Giudice|Der Richter|O Juiz|Судья|قاضی|判事|法官|Ο Δικαστής
    The King|De Koning|Le Roi|El Rey|Il Re|Der König|O Rei|Король|پادشاه|王|国王|Ο Βασιλιάς
    The Queen|De Koningin|La Reine|La Reina|La Regina|Die Königin|A Rainha|Королева|ملکه|女王|王后|Η Βασίλισσα
    The Letter|De Brief|La Lettre|La Carta|La Lettera|Der Brief|A Carta|Письмо|نامه|手紙|信|Το Γράμμα
    The Mirror|De Spiegel|Le Miroir|El Espejo|Lo Specchio|Der Spiegel|O Espelho|Зеркало|آینه|鏡|镜子|Ο Καθρέφτης
    The Bridge|De Brug|Le Pont|El Puente|Il Ponte|Die Brücke|A Ponte|Мост|پل|橋|桥|Η Γέφυρα
    The Tower|De Toren|La Tour|La Torre|La Torre|Der Turm|A Torre|Башня|برج|塔|高塔|Ο Πύργος
    The Ship|Het Schip|Le Navire|El Barco|La Nave|Das Schiff|O Navio|Корабль|کشتی|船|轮船|Το Πλοίο
    The Island|Het Eiland|L'Île|La Isla|L'Isola|Die Insel|A Ilha|Остров|جزیره|島|岛屿|Το Νησί
    The Forest|Het Bos|La Forêt|El Bosque|La Foresta|Der Wald|A Floresta|Лес|جنگل|森|森林|Το Δάσος
    The Desert|De Woestijn|Le Désert|El Desierto|Il Deserto|Die Wüste|O Deserto|Пустыня|بیابان|砂漠|沙漠|Η Έρημος
    The Village|Het Dorp|Le Village|El Pueblo|Il Villaggio|Das Dorf|A Aldeia|Деревня|روستا|村|村庄|Το Χωριό
    The School|De School|L'École|La Escuela|La Scuola|Die Schule|A Escola|Школа|مدرسه|学校|校园|Το Σχολείο
    The Song|Het Lied|La Chanson|La Canción|La Canzone|Das Lied|A Canção|Песня|ترانه|歌|歌声|Το Τραγούδι
    The Dance|De Dans|La Danse|El Baile|La Danza|Der Tanz|A Dança|Танец|رقص|踊り|舞蹈|Ο Χορός
    The Bread|Het Brood|Le Pain|El Pan|Il Pane|Das Brot|O Pão|Хлеб|نان|パン|面包|Το Ψωμί
    The Horse|Het Paard|Le Cheval|El Caballo|Il Cavallo|Das Pferd|O Cavalo|Лошадь|اسب|馬|马|Το Άλογο
    The Dog|De Hond|Le Chien|El Perro|Il Cane|Der Hund|O Cão|Собака|سگ|犬|狗|Ο Σκύλος
    The Bird|De Vogel|L'Oiseau|El Pájaro|L'Uccello|Der Vogel|O Pássaro|Птица|پرنده|鳥|鸟|Το Πουλί
    The Secret|Het Geheim|Le Secret|El Secreto|Il Segreto|Das Geheimnis|O Segredo|Тайна|راز|秘密|机密|Το Μυστικό
    The Silence|De Stilte|Le Silence|El Silencio|Il Silenzio|Die Stille|O Silêncio|Тишина|سکوت|沈黙|寂静|Η Σιωπή
    The Promise|De Belofte|La Promesse|La Promesa|La Promessa|Das Versprechen|A Promessa|Обещание|قول|約束|诺言|Η Υπόσχεση
    The Journey|De Reis|Le Voyage|El Viaje|Il Viaggio|Die Reise|A Viagem|Путешествие|سفر|旅|旅程|Το Ταξίδι
    The Return|De Terugkeer|Le Retour|El Regreso|Il Ritorno|Die Rückkehr|O Regresso|Возвращение|بازگشت|帰り|归来|Η Επιστροφή
    The Dream|De Droom|Le Rêve|El Sueño|Il Sogno|Der Traum|O Sonho|Сон|رویا|夢|梦|Το Όνειρο
    The War|De Oorlog|La Guerre|La Guerra|La Guerra|Der Krieg|A Guerra|Война|جنگ|戦争|战争|Ο Πόλεμος
    The Heart|Het Hart|Le Cœur|El Corazón|Il Cuore|Das Herz|O Coração|Сердце|دل|心|心灵|Η Καρδιά
    The City|De Stad|La Ville|La Ciudad|La Città|Die Stadt|A Cidade|Город|شهر|街|城市|Η Πόλη
    The Winter|De Winter|L'Hiver|El Invierno|L'Inverno|Der Winter|O Inverno|Зима|زمستان|冬|冬天|Ο Χειμώνας
    The Summer|De Zomer|L'Été|El Verano|L'Estate|Der Sommer|O Verão|Лето|تابستان|夏|夏天|Το Καλοκαίρι
    The Harvest|De Oogst|La Moisson|La Cosecha|Il Raccolto|Die Ernte|A Colheita|Жатва|برداشت|収穫|收获|Ο Θερισμός
    The Lighthouse|De Vuurtoren|Le Phare|El Faro|Il Faro|Der Leuchtturm|O Farol|Маяк|فانوس دریایی|灯台|灯塔|Ο Φάρος
    The Clock|De Klok|L'Horloge|El Reloj|L'Orologio|Die Uhr|O Relógio|Часы|ساعت|時計|时钟|Το Ρολόι
"""
THINGS: Final = tuple(
    dict(zip(TITLE_LANGUAGES, line.strip().split("|"), strict=True)) for line in _THINGS.strip().splitlines()
)

ADJECTIVES: Final = _words(
    """Ancient Bitter Black Blue Brave Broken Burning Cold Crimson Crooked Dark Distant Dying Empty Endless Fallen False
    Final Forgotten Fragile Frozen Gentle Golden Green Grey Hidden Hollow Hungry Innocent Invisible Iron Last Little Lonely
    Long Lost Lucky Midnight Naked Narrow Nameless Northern Old Painted Pale Patient Perfect Quiet Red Restless Rising
    Sacred Savage Scarlet Second Shallow Silent Silver Sleeping Small Southern Stolen Strange Sudden Sunken Tall Tender
    Third Thirsty Tired Unfinished Unknown Velvet Wandering Weeping White Wicked Wild Wooden Yellow Young"""
)
PLACES: Final = _words(
    """Aarhus Accra Alma Amiens Ankara Antwerp Aspen Athens Avila Baku Basel Bath Bergen Berlin Bilbao Bombay Boston Bremen
    Bristol Cadiz Cairo Calais Casablanca Chelsea Cologne Cork Dakar Dallas Delft Denver Dover Dresden Dublin Exeter
    Fargo Florence Galway Geneva Genoa Ghent Glasgow Granada Haifa Hamburg Hanoi Havana Helsinki Istanbul Kiel Kyoto Lagos
    Lahore Leeds Leiden Leuven Lima Lisbon Lodz Lucca Lyon Madrid Malmo Manila Marseille Memphis Milan Mons Nairobi
    Nantes Naples Odessa Oporto Oslo Padua Palermo Paris Perth Pisa Prague Quebec Riga Rome Rouen Salem Seoul Seville
    Shiraz Siena Sofia Tampa Tehran Tokyo Trieste Tunis Turin Utrecht Vienna Vigo Warsaw York Zadar Zurich"""
)
FORMS: Final = _words(
    """Affair Album Ballad Book Case Chronicle Code Confession Diary Dossier Effect Equation Fable Files Gambit Ghosts
    Girls Hour Hotel Inheritance Joke Kitchen Legend Map Memory Method Murders Notebook Orchard Paradox Party Portrait
    Protocol Rebellion Rules Season Sonata Story Summer Syndrome Theory Trial Variations Waltz Wedding Witness Year"""
)
NATURE: Final = _words(
    """acorn alder amber aspen badger beacon birch bobcat bramble breeze brook cedar cinder clover comet coral cricket crow
    cypress dahlia dusk eagle ember falcon fennel fern finch fjord flint fox frost gale garnet ginger glacier goose hare
    hawk hazel heron hickory ivory jackdaw jasper juniper kelp kestrel lagoon lark laurel lemon lichen lilac linnet lotus
    lynx magpie maple marten meadow mink mist moss moth myrtle newt nettle oak ochre olive onyx osprey otter owl pebble
    pepper petrel pine plover poppy quail quartz quince rain raven reed robin rowan rush sable saffron sage salmon
    shadow shell sparrow spruce stoat stork swallow swan swift tansy teal thistle thyme timber topaz trout tulip vale
    velvet violet walnut weasel whale willow wolf wren yarrow"""
)
MOODS: Final = _words(
    """able absent airy ample apt azure bald blue bold brave brisk calm candid civil clear clever cool cosy crisp curious daft
    deep dry dull eager early easy fair fancy fast fine fond frank free fresh full gentle glad good grand green happy
    hasty hazy honest humble idle jolly keen kind large late lazy light lively lone long loud lucky lunar mad mellow
    merry mild modest neat nimble noble odd old open pale plain polite prim proud pure quick quiet rapid rare ready red
    rough round royal rusty sad salty sane shy silent silly simple sleepy slow small smart soft solar sound spare steady
    still stray strong subtle sunny sure sweet swift tall tame tender tidy timid tiny vague vast vivid warm wary wild
    wise witty young"""
)
FILM_WORDS: Final = _words(
    "aperture archive balcony camera cinema credits cut director dolly drive extra fan flick focus foyer frame freak gaffer "
    "lens matinee montage negative popcorn preview projector reel row screen script seat sequel shot stub ticket usher viewer"
)
CHARACTERS: Final = _words(
    "Admiral Aunt Baker Barber Bartender Bride Butcher Captain Clerk Coach Cook Count Cousin Dancer Dealer Dentist Detective "
    "Driver Farmer Fisherman Gardener General Grandmother Groom Guard Hunter Inspector Janitor Journalist Landlady Lawyer "
    "Lieutenant Mayor Mechanic Messenger Miner Musician Neighbour Nurse Painter Pilot Poet Porter Postman Prisoner Professor "
    "Reporter Sailor Secretary Sergeant Sheriff Singer Stranger Student Surgeon Tailor Uncle Waiter Waitress Widow Witness"
)
COMPANY_WORDS: Final = _words(
    "Films Pictures Productions Studio Media Cinema Entertainment Filmhouse Collective Works"
)
AWARDS: Final = _words(
    "Anchor Bear Comet Compass Crane Globe Harp Key Lantern Leopard Lion Palm Shell Swan Tulip Wolf"
)
CATEGORIES: Final = (
    "Best Film", "Best Direction", "Best Actress", "Best Actor", "Best Screenplay", "Best Photography", "Best Music",
    "Best Editing", "Best First Film", "Audience Award", "Jury Prize",
)  # fmt: skip
GENRES: Final = (
    ("Drama", 46), ("Comedy", 28), ("Thriller", 15), ("Romance", 14), ("Action", 13), ("Crime", 12), ("Horror", 11),
    ("Documentary", 10), ("Adventure", 9), ("Family", 7), ("Mystery", 6), ("Fantasy", 6), ("Science Fiction", 6),
    ("Animation", 5), ("Biography", 4), ("History", 4), ("Music", 4), ("War", 3), ("Musical", 3), ("Western", 3),
    ("Sport", 2), ("Noir", 1),
)  # fmt: skip
