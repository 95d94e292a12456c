"""Dates: earliest sensible, clamped, or none."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from builders.documents import NOW, atom, dropped, item, read, rss

from aggregator.normalise.dates import read as read_date


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Fri, 20 Nov 2026 10:00:00 GMT", (2026, 11, 20, 10, 0)),
        ("Fri, 20 Nov 2026 10:00:00.123 EST", (2026, 11, 20, 15, 0)),
        ("Fri, 20 Nov 2026 10:00:00 EST", (2026, 11, 20, 15, 0)),
        ("Fri, 20 Nov 2026 10:00:00  EST", (2026, 11, 20, 15, 0)),
        ("Fri, 20 Nov 2026 10:00:00 XYZT", (2026, 11, 20, 10, 0)),
        ("Fri, 20 Nov 2026 10:00:00 +1400", (2026, 11, 19, 20, 0)),  # of Kiribati, the farthest zone
        ("Fri, 20 Nov 2026 10:00:00 +1401", (2026, 11, 20, 10, 0)),
        ("20th November 2026 10:00", (2026, 11, 20, 10, 0)),
        ("November 1st, 2026 at 10:00 pm", (2026, 11, 1, 22, 0)),
        ("Mon 2nd Nov 2026", (2026, 11, 2, 0, 0)),
        ("20261120T100060Z", (2026, 11, 20, 10, 1)),
        ("20261120T1000+0100", (2026, 11, 20, 9, 0)),
        ("20261120T10:05Z", (2026, 11, 20, 10, 5)),
        ("2026-11-20T10", (2026, 11, 20, 10, 0)),
        ("2026-11-20T100507.123+01", (2026, 11, 20, 9, 5, 7)),
        ("2026-11-20+01", (2026, 11, 19, 23, 0)),
        ("20 Nov 2026 10:00 +0300", (2026, 11, 20, 7, 0)),
        ("Fri, 20 Nov 26 10:00:00 GMT", (2026, 11, 20, 10, 0)),
        ("2026-11-20", (2026, 11, 20, 0, 0)),
        ("2026-11-20 10:00", (2026, 11, 20, 10, 0)),
        ("2026/11/20 10:00:00", (2026, 11, 20, 10, 0)),
        ("2026-11-20T10:00:00-0500", (2026, 11, 20, 15, 0)),
        ("2026-11-20 10:00:00 +05:30", (2026, 11, 20, 4, 30)),
        ("2026-11-20 10:00:00-05", (2026, 11, 20, 15, 0)),
        ("2026-11-20t10:00:00z", (2026, 11, 20, 10, 0)),
        ("3rd November 2026 10:00", (2026, 11, 3, 10, 0)),
        ("2026-11-20 10:00:00 -0500 EST", (2026, 11, 20, 15, 0)),
        ("2026-11-20 10:00:00.123 +0300 +03", (2026, 11, 20, 7, 0)),
        ("2026-11-19T24:00:00Z", (2026, 11, 20, 0, 0)),
        ("2016-12-31T23:59:60Z", (2017, 1, 1, 0, 0)),
        ("Thu, 19 Nov 2026 24:00:00 GMT", (2026, 11, 20, 0, 0)),
        ("Fri, 20 Nov 2026 10:00:00 +01:00", (2026, 11, 20, 9, 0)),
        ("Fri, 20 Nov 2026 10:00:00 GMT-5", (2026, 11, 20, 15, 0)),
        ("Fri, 20 Nov 2026 10:00:00 GMT-3:30", (2026, 11, 20, 13, 30)),
        ("Fri Nov 20 2026 10:00:00 GMT+0100 (Central European Standard Time)", (2026, 11, 20, 9, 0)),
        ("Fri, 20 Nov 2026 9:05 PM EST", (2026, 11, 21, 2, 5)),
        ("Fri, 20 Nov 2026 9:05 pm est", (2026, 11, 21, 2, 5)),
        ("Fri, 20 Nov 2026 12:05:00 AM", (2026, 11, 20, 0, 5)),
        ("Fri, 20 Nov 2026", (2026, 11, 20, 0, 0)),
        ("November 20, 2026", (2026, 11, 20, 0, 0)),
        ("Fri, 18 Sept 2026 10:00:00 GMT", (2026, 9, 18, 10, 0)),
        ("Sex, 18 Set 2026 10:00:00 -0300", (2026, 9, 18, 13, 0)),
        ("ven., 18 déc. 2026 10:00:00 +0100", (2026, 12, 18, 9, 0)),
        ("ven., 20 nov. 2026 10:00:00 +0100", (2026, 11, 20, 9, 0)),
        ("20 de noviembre de 2026", (2026, 11, 20, 0, 0)),
        ("20-Nov-2026 10:00:00", (2026, 11, 20, 10, 0)),
        ("20 mars 2026 10:00", (2026, 3, 20, 10, 0)),
        ("20 mrt 2026 10:00", (2026, 3, 20, 10, 0)),
        ("2026-11-20T10:05:00 PM", (2026, 11, 20, 22, 5)),
        ("Friday, November 20, 2026 - 10:00", (2026, 11, 20, 10, 0)),
        ("20.11.2026 10:00", (2026, 11, 20, 10, 0)),
        ("1.2.2026, 10:05:00 +0100", (2026, 2, 1, 9, 5)),
        ("20.11.2026", (2026, 11, 20, 0, 0)),
        ("Fr, 20.11.2026 - 10:00", (2026, 11, 20, 10, 0)),
        ("20.11.2026 – 10:00", (2026, 11, 20, 10, 0)),
        ("20 novembre 2026 - 10h05", (2026, 11, 20, 10, 5)),
        ("20. November 2026 – 10.05", (2026, 11, 20, 10, 5)),
        ("20/11/2026 10:00", (2026, 11, 20, 10, 0)),
        ("20/11/2026, 10:05", (2026, 11, 20, 10, 5)),
        ("11/20/2026 - at 10:05", (2026, 11, 20, 10, 5)),
        ("11/20/2026 10:05:00 PM", (2026, 11, 20, 22, 5)),
        ("Fri, 11/20/2026 - 10:00", (2026, 11, 20, 10, 0)),
        ("20-11-2026", (2026, 11, 20, 0, 0)),
        ("11/11/2026 10:00 +0300", (2026, 11, 11, 7, 0)),
        ("2026年11月20日 10:00", (2026, 11, 20, 10, 0)),
        ("2026年1月2日10:00:00", (2026, 1, 2, 10, 0)),
        ("2026年11月20日", (2026, 11, 20, 0, 0)),
        ("Пт, 20 ноя 2026 10:00:00 +0300", (2026, 11, 20, 7, 0)),
        ("Śro, 28 paź 2026 10:00:00 +0100", (2026, 10, 28, 9, 0)),
        ("20 lipca 2026", (2026, 7, 20, 0, 0)),
        ("20 жовтня 2026 10:00", (2026, 10, 20, 10, 0)),
        ("Cum, 20 Kas 2026 10:00:00 +0300", (2026, 11, 20, 7, 0)),
        ("20 Agu 2026 10:00", (2026, 8, 20, 10, 0)),
        ("20 Νοεμβρίου 2026 10:00", (2026, 11, 20, 10, 0)),
        ("20 نوفمبر 2026 10:00", (2026, 11, 20, 10, 0)),
        ("2026년 11월 20일 10:00", (2026, 11, 20, 10, 0)),
        ("20 мая 2026 10:00", (2026, 5, 20, 10, 0)),
        ("vendredi 27 novembre 2026 à 10:00", (2026, 11, 27, 10, 0)),
        ("27 novembre 2026 à 10 h 30", (2026, 11, 27, 10, 30)),
        ("27/11/2026 10h30", (2026, 11, 27, 10, 30)),
        ("Freitag, 27. November 2026 um 10:00 Uhr", (2026, 11, 27, 10, 0)),
        ("27.11.2026, 10.30 Uhr", (2026, 11, 27, 10, 30)),
        ("27.11.2026, 10:30 Uhr MEZ", (2026, 11, 27, 9, 30)),
        ("27 november 2026 kl. 10:00", (2026, 11, 27, 10, 0)),
        ("27/11/2569 10:00 น.", (2026, 11, 27, 10, 0)),
        ("27 de noviembre de 2026 a las 10:00", (2026, 11, 27, 10, 0)),
        ("27 ноября 2026 г., 10:00", (2026, 11, 27, 10, 0)),
        ("November 27, 2026 at 10:00 PM", (2026, 11, 27, 22, 0)),
        ("Thứ Sáu, 27/11/2026 - 10:00", (2026, 11, 27, 10, 0)),
        ("27 Tháng 11 năm 2026", (2026, 11, 27, 0, 0)),
        ("1 Th1 2026 10:00:00 +0700", (2026, 1, 1, 3, 0)),
        ("ศ., 27 พ.ย. 2569 10:00:00 +0700", (2026, 11, 27, 3, 0)),
        ("27 พฤศจิกายน พ.ศ. 2569 เวลา 10:00 น.", (2026, 11, 27, 10, 0)),
        ("1 มิถุนายน 2026", (2026, 6, 1, 0, 0)),
        ("Fri, 27 Nov 2569 10:00:00 +0700", (2026, 11, 27, 3, 0)),
        ("27/11/2569 10:00:00", (2026, 11, 27, 10, 0)),
        ("יום שישי, 27 בנובמבר 2026 בשעה 10:00", (2026, 11, 27, 10, 0)),
        ("शुक्र, 27 नवंबर 2026 10:00:00 +0530", (2026, 11, 27, 4, 30)),
        ("1 फ़रवरी 2026", (2026, 2, 1, 0, 0)),
        ("جمعه, 27 نوامبر 2026 10:00:00 +0330", (2026, 11, 27, 6, 30)),
        ("۱ ژوئیه ۲۰۲۶", (2026, 7, 1, 0, 0)),
        ("Fri, 20 Nov 2026 10:00:00 SAST", (2026, 11, 20, 8, 0)),
        ("Fri, 20 Nov 2026 10:00:00 ACDT", (2026, 11, 19, 23, 30)),
        ("Fri, 20 Nov 2026 10:00:00 NOVT", (2026, 11, 20, 3, 0)),
        ("Fri, 20 Nov 2026 10:00:00 +9999", (2026, 11, 20, 10, 0)),  # no zone is so far away
        ("2026-11-20T10:00:00+99:99", (2026, 11, 20, 10, 0)),
        ("1795165200", (2026, 11, 20, 9, 0)),
        (" 1795165200123 ", (2026, 11, 20, 9, 0)),
        ("1795165200.123", (2026, 11, 20, 9, 0)),
        ("20261120", (2026, 11, 20, 0, 0)),
        ("2026112010", (2026, 11, 20, 10, 0)),
        ("202611201030", (2026, 11, 20, 10, 30)),
        ("20261120103000", (2026, 11, 20, 10, 30)),
        ("20260131", (2026, 1, 31, 0, 0)),
        ("2026093023", (2026, 9, 30, 23, 0)),
        ("19991231", (1999, 12, 31, 0, 0)),
        ("1920261120", (2030, 11, 7, 5, 52)),
        ("1911121120", (2030, 7, 24, 10, 58, 40)),
        ("Fri, 20 Nov 2026 10:30:00 (MSK)", (2026, 11, 20, 7, 30)),
        ("Fri, 20 Nov 2026 10:30 [MSK]", (2026, 11, 20, 7, 30)),
        ("Fri, 20 Nov 2026 10:30:00 (GMT+3)", (2026, 11, 20, 7, 30)),
        ("Fri, 20 Nov 2026 10:30:00 (UTC +05:30)", (2026, 11, 20, 5, 0)),
        ("Fri, 20 Nov 2026 10:30:00 +0300 (MSK)", (2026, 11, 20, 7, 30)),
        ("Fri, 20 Nov 2026 10:30:00 CET (GMT+1)", (2026, 11, 20, 9, 30)),
        ("Fri, 20 Nov 2026 10:30:00 (XYZT)", (2026, 11, 20, 10, 30)),
        ("2026-11-20 10:30 (MSK)", (2026, 11, 20, 7, 30)),
        ("2026-11-20T10:30:00 (+03:00)", (2026, 11, 20, 7, 30)),
        ("2026-11-20T10:00:00+01:00[Europe/Berlin]", (2026, 11, 20, 9, 0)),
        ("2026. 11. 20. 10:00", (2026, 11, 20, 10, 0)),
        ("2026. 1. 2", (2026, 1, 2, 0, 0)),
        ("金, 20 11月 2026 10:00:00 +0900", (2026, 11, 20, 1, 0)),
        ("20 листопада 2026 р. 10:00", (2026, 11, 20, 10, 0)),
        ("Sept 20, 2026", (2026, 9, 20, 0, 0)),
        ("20260105", (2026, 1, 5, 0, 0)),
        ("202601050930", (2026, 1, 5, 9, 30)),
        ("Fri, Nov. 20, 2026 10:30 p.m. EST", (2026, 11, 21, 3, 30)),
        ("Sept. 20, 2026 at 10:30 AM ET", (2026, 9, 20, 14, 30)),
        ("Fri, 20 Nov 2026 10:30:00 PT", (2026, 11, 20, 17, 30)),  # as in summer: rather too early than in the future
        ("2026-11-20 10:00:00 UTC+2", (2026, 11, 20, 8, 0)),
        ("Fri Nov 20 10:00:00 CET 2026", (2026, 11, 20, 9, 0)),  # as Java writes it
        ("Mon Jul 20 10:00:00 CEST 2026", (2026, 7, 20, 8, 0)),
        ("Fri Nov 20 10:00:00 MSK 2026", (2026, 11, 20, 7, 0)),
        ("Fri Nov 20 10:00:00 GMT+01:00 2026", (2026, 11, 20, 9, 0)),
        ("Fri Nov 20 10:00:00 2026", (2026, 11, 20, 10, 0)),
        ("/Date(1795165200000)/", (2026, 11, 20, 9, 0)),  # as .NET writes it
        ("/Date(1795165200000+0100)/", (2026, 11, 20, 9, 0)),
        ("2026年11月20日(金) 10:05", (2026, 11, 20, 10, 5)),
        ("2026年11月20日（金）10時05分30秒", (2026, 11, 20, 10, 5, 30)),
        ("2026年11月20日金曜日 午後3時05分", (2026, 11, 20, 15, 5)),
        ("2026年11月20日 星期五 下午3:05", (2026, 11, 20, 15, 5)),
        ("2026/11/20 上午 12:05:00", (2026, 11, 20, 0, 5)),
        ("2026년 11월 20일 (금) 15시 05분", (2026, 11, 20, 15, 5)),
        ("2026. 11. 20. 오후 3:05:10", (2026, 11, 20, 15, 5, 10)),
        ("2026. 11. 20. PM 3:05:00", (2026, 11, 20, 15, 5)),
        ("2026. november 20., péntek 10:05", (2026, 11, 20, 10, 5)),
        ("2026. jún. 2.", (2026, 6, 2, 0, 0)),
        ("2026 m. lapkričio 20 d., penktadienis", (2026, 11, 20, 0, 0)),
        ("pátek 20. listopadu 2026, 10:05", (2026, 11, 20, 10, 5)),
        ("20. června 2026 v 10.05", (2026, 6, 20, 10, 5)),
        ("20. července 2026", (2026, 7, 20, 0, 0)),
        ("20. srpna 2026", (2026, 8, 20, 0, 0)),
        ("20. srpnja 2026.", (2026, 7, 20, 0, 0)),
        ("20. lipnja 2026. u 10:05", (2026, 6, 20, 10, 5)),
        ("20. 11. 2026 10:05", (2026, 11, 20, 10, 5)),
        ("20.11.2026. 10:05", (2026, 11, 20, 10, 5)),
        ("20.11.2026 г., 10:05", (2026, 11, 20, 10, 5)),
        ("20 grudnia 2026 r., godz. 10:05", (2026, 12, 20, 10, 5)),
        ("20. marraskuuta 2026 klo 10.05", (2026, 11, 20, 10, 5)),
        ("20. maaliskuuta 2026", (2026, 3, 20, 0, 0)),
        ("20.11.2026T10:05:00", (2026, 11, 20, 10, 5)),
        ("20.11.2026 15.05.10", (2026, 11, 20, 15, 5, 10)),
        ("20 novembar 2026", (2026, 11, 20, 0, 0)),
        ("20 јун 2026", (2026, 6, 20, 0, 0)),
        ("20 maart 2026", (2026, 3, 20, 0, 0)),
        ("20 Aralık 2026 Pazar 10:05", (2026, 12, 20, 10, 5)),
        ("20 noyabr 2026", (2026, 11, 20, 0, 0)),
        ("20 تشرين الثاني 2026", (2026, 11, 20, 0, 0)),
        ("20 كانون الثاني 2026 10:05", (2026, 1, 20, 10, 5)),
        ("20 آب 2026", (2026, 8, 20, 0, 0)),
        ("20 جويلية 2026", (2026, 7, 20, 0, 0)),
        ("20 Νοεμβρίου 2026, 3:05 μ.μ.", (2026, 11, 20, 15, 5)),
        ("20 de noviembre de 2026, 3:05:00 p. m.", (2026, 11, 20, 15, 5)),
        ("20 nov. 2026, 12:05 a. m.", (2026, 11, 20, 0, 5)),
        ("20 Kasım 2026 3:05:00 ÖS", (2026, 11, 20, 15, 5)),
        ("20/11/2026 3:05:00 CH", (2026, 11, 20, 15, 5)),
        ("20 نوفمبر 2026 3:05 م", (2026, 11, 20, 15, 5)),
        ("20/11/2026 03:05 ص", (2026, 11, 20, 3, 5)),
        ("10:30, 20.11.2026", (2026, 11, 20, 10, 30)),
        ("20. marraskuuta 2026, päivitetty 10.05", (2026, 11, 20, 10, 5)),  # words that are not known do not count
        ("20 Nov 2026 10:00:00 0300", (2026, 11, 20, 7, 0)),  # a plus sign that was decoded as a space
        ("Fri Nov 20 03:05:00 PM CET 2026", (2026, 11, 20, 14, 5)),  # as `date` of Linux writes it
        ("Fri Nov 20 10:05 2026", (2026, 11, 20, 10, 5)),
        ("20 Nov 10:05:00 2026", (2026, 11, 20, 10, 5)),
        ("Nov-20-2026 10:05", (2026, 11, 20, 10, 5)),
        ("20 Nov 26, 3:05 PM", (2026, 11, 20, 15, 5)),
        ("20-Nov-26 à 10h05", (2026, 11, 20, 10, 5)),
        ("20-Nov-98 10:05", (1998, 11, 20, 10, 5)),
        ("20 พ.ย. 69 10:05", (2026, 11, 20, 10, 5)),  # 2569 of the Buddhist era
        ("T6, 20 Nov 2026 10:05", (2026, 11, 20, 10, 5)),
        ("Thứ 6, 20/11/2026 10:05", (2026, 11, 20, 10, 5)),
        ("2026年11月20日 晚上8:05", (2026, 11, 20, 20, 5)),
        ("20 ноября 2026, 10:05 (МСК)", (2026, 11, 20, 7, 5)),
        ("20 Nov 2026 3:05 p.m. est", (2026, 11, 20, 20, 5)),
        ("2026年11月20日 10時05分+09:00", (2026, 11, 20, 1, 5)),
        ("2026-11-20T10:05:00−05:00", (2026, 11, 20, 15, 5)),
        ("Nov 20 2026 03:05:00:000PM", (2026, 11, 20, 15, 5)),  # as SQL Server writes it
        ("2026-11-20+01:00", (2026, 11, 19, 23, 0)),  # a day of XML Schema
        ("Fri, 20 Nov 2026 +0100", (2026, 11, 19, 23, 0)),
        ("20 Nov 2026 10:30 GMT (05:30 EST)", (2026, 11, 20, 10, 30)),  # the first zone counts
        ("20 Nov 2026 05:30 EST / 1030 GMT", (2026, 11, 20, 10, 30)),
        ("20 Nov 2026 10:30 GMT 1130 CET", (2026, 11, 20, 10, 30)),
        ("20 Nov 2026 10:30, 1200 words", (2026, 11, 20, 10, 30)),
        ("2026-11-20 10:30 (updated 21 Nov 2026 12:00)", (2026, 11, 20, 10, 30)),  # and the first day
        ("20261120103000Z", (2026, 11, 20, 10, 30)),
        ("20261120103000.0Z", (2026, 11, 20, 10, 30)),  # as LDAP writes it
        ("20261120103000 +0100", (2026, 11, 20, 9, 30)),  # and XMLTV
        ("20261120 10:30", (2026, 11, 20, 10, 30)),
        ("20261120 103005", (2026, 11, 20, 10, 30, 5)),
        ("2026-11-20 1030", (2026, 11, 20, 10, 30)),
        ("20-NOV-26 03.05.10.000000 PM +01:00", (2026, 11, 20, 14, 5, 10)),  # as Oracle writes it
        ("2026-11-20-15.05.10.123456", (2026, 11, 20, 15, 5, 10)),  # and DB2
        ("Fri Nov 20 10:00:00 Z 2026", (2026, 11, 20, 10, 0)),
        ("Fri Nov 20 2026 10:00:00 GMT 0100 (CET)", (2026, 11, 20, 9, 0)),
        ("20. nov. 2026 kl. 10.00.00 GMT+5.30", (2026, 11, 20, 4, 30)),
        ("20 בנובמ׳ 2026, 10:00 GMT\u200e+2\u200e", (2026, 11, 20, 8, 0)),
        ("20\u200f/11\u200f/2026 3:05 م", (2026, 11, 20, 15, 5)),
        ("Fri, 20, Nov 2026 10:00:00 GMT", (2026, 11, 20, 10, 0)),
        ("Friday 20th of November 2026 10:05:00 PM", (2026, 11, 20, 22, 5)),
        ("1er décembre 2026 10h05", (2026, 12, 1, 10, 5)),
        ("1º de dezembro de 2026", (2026, 12, 1, 0, 0)),
        ("20 de noviembre del 2026 10:05", (2026, 11, 20, 10, 5)),
        ("20/nov/2026 10h05", (2026, 11, 20, 10, 5)),
        ("2026 Nov 20", (2026, 11, 20, 0, 0)),
        ("2026-Nov-20 10:05", (2026, 11, 20, 10, 5)),
        ("10:05 20 thg 11, 2026", (2026, 11, 20, 10, 5)),
        ("20. Jänner 2026", (2026, 1, 20, 0, 0)),
        ("20 Disember 2026", (2026, 12, 20, 0, 0)),
        ("Nov 20, 2026 at 10pm", (2026, 11, 20, 22, 0)),
        ("20 Nov 2026 12 a.m. EST", (2026, 11, 20, 5, 0)),
        ("20 Nov 2026, 10 AM ET", (2026, 11, 20, 14, 0)),
        ("20 Nov 2026 10am-11am", (2026, 11, 20, 10, 0)),
        ("20 Nov 2026 10:00-11:00 a.m.", (2026, 11, 20, 10, 0)),
        ("2026-11-20 3 p.m.", (2026, 11, 20, 15, 0)),
        ("Fri, 20 Nov 2026 10:00:00 Eastern Standard Time", (2026, 11, 20, 15, 0)),
        ("July 20, 2026 at 10:00 AM Pacific Daylight Time", (2026, 7, 20, 17, 0)),
        ("July 20, 2026 10:00 a.m. Eastern", (2026, 7, 20, 14, 0)),
        ("20 Jul 2026 10:00 US/Central", (2026, 7, 20, 15, 0)),
        ("20 Nov 2026 10:00 Central European Time", (2026, 11, 20, 9, 0)),
        ("20 Jul 2026 10:00 British Summer Time", (2026, 7, 20, 9, 0)),
        ("20 Nov 2026 10:00 india standard time", (2026, 11, 20, 4, 30)),
        ("20 Nov 2026 10:00 Australian Eastern Daylight Time", (2026, 11, 19, 23, 0)),
        ("20 Nov 2026 10:00 GMT-0500 (Eastern Standard Time)", (2026, 11, 20, 15, 0)),
        ("20 Nov 2026 10:00:00 (Central Standard Time)", (2026, 11, 20, 16, 0)),
        ("20 Nov 2026 10:00 Canada/Mountain", (2026, 11, 20, 16, 0)),
        ("20 Nov 2026 10:00 a.m Pacific", (2026, 11, 20, 17, 0)),
        # Not that of the second word: as Windows calls those of Sydney, Colombia, Guam and the Solomon Islands.
        ("20 Nov 2026 10:00 AUS Eastern Standard Time", (2026, 11, 20, 10, 0)),
        ("20 Nov 2026 10:00 SA Pacific Standard Time", (2026, 11, 20, 10, 0)),
        ("20 Nov 2026 10:00 Central Pacific Standard Time", (2026, 11, 20, 10, 0)),
        ("20 Nov 2026 10:00 West Pacific Standard Time", (2026, 11, 20, 10, 0)),
        ("20 Nov 2026 10:00 Pakistan Standard Time", (2026, 11, 20, 10, 0)),
        ("20 Nov 2026 10:00 Central Bank", (2026, 11, 20, 10, 0)),
        ("20 Nov 2026 10:00 Middle Eastern", (2026, 11, 20, 10, 0)),
        ("20 Nov 2026 10:00 Amsterdam Central", (2026, 11, 20, 10, 0)),
        ("20 Nov 2026 10:00 (am Eastern)", (2026, 11, 20, 14, 0)),
        ("20 Nov 2026 10:00 | Asia-Pacific", (2026, 11, 20, 10, 0)),
        ("20 Nov 2026 10:00 Eastern-Ukraine", (2026, 11, 20, 10, 0)),
        ("20 Nov 2026 10:00 Central European Standard Time", (2026, 11, 20, 10, 0)),
        ("Tue, 20 Oct 2020 20:19:00 America/Los_Angeles", (2020, 10, 21, 3, 19)),
        ("20 Jul 2026 10:00 (Europe/Berlin)", (2026, 7, 20, 8, 0)),
        ("20 Nov 2026 10:05 PM Pacific/Auckland", (2026, 11, 20, 9, 5)),
        ("2026-07-20 10:00:00 America/Argentina/Buenos_Aires", (2026, 7, 20, 13, 0)),
        ("20 Jul 2569 10:00 Asia/Bangkok", (2026, 7, 20, 3, 0)),
        ("20 Nov 2026 10:00 Etc/GMT+5", (2026, 11, 20, 15, 0)),  # west of Greenwich, as POSIX has it
        ("2026-11-20T10:00:00[Europe/Paris]", (2026, 11, 20, 9, 0)),
        ("2026-11-20T10:00:00+02:00[!Europe/Paris]", (2026, 11, 20, 8, 0)),  # the first zone counts
        ("Fri, 20 Nov 2026 Europe/Paris", (2026, 11, 19, 23, 0)),
        ("25 Oct 2026 02:30 Europe/Paris", (2026, 10, 25, 0, 30)),  # of two such moments the first
        ("20 Nov 2026 10:00 Europe/Atlantis", (2026, 11, 20, 10, 0)),
        ("20 Nov 2026 10:00 Europe/Atlantis +0100", (2026, 11, 20, 9, 0)),
        ("20 Nov 2026 10:00 Asia/Pacific", (2026, 11, 20, 10, 0)),
        ("20 Nov 2026 10:00 America/", (2026, 11, 20, 10, 0)),
        ("20 Nov 2026 10:00 America/Argentina", (2026, 11, 20, 10, 0)),  # a folder of the database
        ("20 Nov 2026 10:00 Europe/../Europe/Paris", (2026, 11, 20, 10, 0)),
        ("20 Friday, Nov 2026 10:05", (2026, 11, 20, 10, 5)),
        ("Fri, Nov 20,2026 10:05:00 EST", (2026, 11, 20, 15, 5)),
        # As Drupal writes it, and others: what the element says counts, not how it is shown.
        (
            '<span property="dc:date dc:created" content="2026-11-20T10:05:00+01:00" datatype="xsd:dateTime" rel="sioc:has_creator">'
            "Submitted by admin on Fri, 11/20/2026 - 10:00</span>",
            (2026, 11, 20, 9, 5),
        ),
        ("<time class='a' datetime='2026-11-20T10:05:00Z'>20 Nov 2026 11:05</time>\n", (2026, 11, 20, 10, 5)),
        ('<time datetime="PT5M">20 Nov <b>2026</b> 11:05</time>', (2026, 11, 20, 11, 5)),
        ("<p>20 Nov 2026 11:05</p>", (2026, 11, 20, 11, 5)),
        ("20 Friday Nov 2026", (2026, 11, 20, 0, 0)),
        # The day of the week tells which number is the month.
        ("Sat, 11 04 2020 08:51:49 +0100", (2020, 4, 11, 7, 51, 49)),
        ("Wed, 11 04 2020", (2020, 11, 4, 0, 0)),
        ("Thursday, 12/11/2026 - 10:05", (2026, 11, 12, 10, 5)),
        ("Fri, 12/11/2026 - 10:05", (2026, 12, 11, 10, 5)),
        ("12/11/2026 (Fri) 10:05", (2026, 12, 11, 10, 5)),
        # No other reading is a date: neither 30 nor 23 is a month.
        ("10/30/23", (2023, 10, 30, 0, 0)),
        ("10/30/23 21:55:58", (2023, 10, 30, 21, 55, 58)),
        ("10/30/23, 9:05 PM EST", (2023, 10, 31, 2, 5)),
        ("13/12/99", (1999, 12, 13, 0, 0)),
        ("10/10/10", (2010, 10, 10, 0, 0)),
        ("Mon, 30/10/23", (2023, 10, 30, 0, 0)),
        ("Mon, 23/10/30", (2023, 10, 30, 0, 0)),
    ],
)
def test_dates_in_the_wild(text: str, expected: tuple[int, ...]) -> None:
    assert read_date(text) == datetime(*expected, tzinfo=UTC)  # type: ignore[misc,arg-type] # five numbers or six


@pytest.mark.parametrize(
    "text",
    [
        "27 Brumaire 2026", "6 آذر 2026", "20 Nov 10:30", "Fri, 20 Nov 10:30:00 GMT",
        "20.11 2026", "31 آذر 1405", "1405/13/01",
        "yesterday", "12:00", "10/11/2026", "13/20/2026", "11/20-2026", "20/11/20261", "1.2.3",
        "20.11.20261", "32.11.2026", "2026-W47-5", "2026-324", "2026. 11", "20年1月2日", "2026-11",
        "0123456789", "17951652001", "20261320", "20260230", "2026. 13. 1",
        "Nov 20", "Nov 20, 20261", "Brumaire 20, 2026", "", "2026-13-45", "2026-02-30", "99999-01-01", "Mon, 01 Jan 0001 00:00:00 +0000",
        "20. listopada 2026",  # October in Croatian, November in Polish
        "v2.1 20.11.2026", "v1.2.2026",
        "20.10. - 22.11.2026", "1.2.2026 1.2.2026", "20-22 Nov 2026", "Nov 20-22, 2026", "2026-11-20 - 2026-11-22",
        "11 04 2020", "20 11 2026", "Mon, 11 04 2020", "Mon, 20 11 2026 10:00", "Sun, 01 11 2026",  # either way a Sunday
        "30/10/23", "10/11/23", "23/10/30", "1/30/23/5", "10/30/231", "Tue, 30/10/23", "Mon, 12/11/2026",
        "Tue, 10/30/23", "10/30/50", "Monkey, 11 04 2020", "Thu 6, 12/11/2026",
        "/Date(-62135596800000)/", "/Date(17)/", "/Date(1795165200)/", "20 آبان 2026",
        "20 Nov 2026, 10 amateurs", "5 20 Nov 2026 10 am",
        "2026-11-20T10-05-44", "992201120123", "x" * 1000, "<" * 1000, "<time datetime='soon'>tomorrow</time>", "<!-- 20 Nov 2026 -->",
        "25:61:99", "2026-11-20T25:00:00Z", "2026-11-20T12:60:00Z", "2026-11-20T12:00:61Z",
        f"20 Nov 2026{' no date' * 12}", f"<b>20 Nov 2026</b>{'<br>' * 250}",
        "2026-11-20T24:00:01Z", "2026-11-20T24:30:00Z", "0000-300", "Fri, 20 Nov 2026 12:75:00 GMT",
    ],
)  # fmt: skip
def test_garbage_is_no_date(text: str) -> None:
    assert read_date(text) is None


def published(date: str) -> datetime | None:
    return read(rss(item(f"<pubDate>{date}</pubDate>"))).items[0].published


@pytest.mark.parametrize("title", ["Plain", "<b>Marked</b> up"])
@pytest.mark.parametrize("name", ["pubDate", "dc:date"])
def test_odd_dates_are_read_alike_whichever_parser_reads_the_document(name: str, title: str) -> None:
    def published(date: str) -> datetime | None:
        return read(rss(item(f"<{name}>{date}</{name}>", title=title))).items[0].published

    assert published("Ter, 08 Set 2026 10:00:00 -0300") == datetime(2026, 9, 8, 13, tzinfo=UTC)
    assert published("Fri, 20 Nov 2026 10:00:00 +01:00") == datetime(2026, 11, 20, 9, tzinfo=UTC)
    assert published("Thu, 19 Nov 2026 10:00:00 PM") == datetime(2026, 11, 19, 22, tzinfo=UTC)
    assert published("Sun, 20 Sep 2026 10:30:00 ET") == datetime(2026, 9, 20, 14, 30, tzinfo=UTC)
    assert published("Nov. 19, 2026 at 10:30 AM EST") == datetime(2026, 11, 19, 15, 30, tzinfo=UTC)
    assert published("2026/1/10 14:33:00") == datetime(2026, 1, 10, 14, 33, tzinfo=UTC)
    assert [published(text) for text in ("2026-W47", "2026-11", "10/11/2026")] == [None] * 3


@pytest.mark.parametrize("title", ["Plain", "<b>Marked</b> up"])
@pytest.mark.parametrize(
    ("others", "expected"),
    [
        (["10/31/2026", "9/30/2026"], datetime(2026, 10, 11, 10, tzinfo=UTC)),
        (["31/10/2026"], datetime(2026, 11, 10, 10, tzinfo=UTC)),
        (["31/10/2026", "10/31/2026"], None),
        (["30.10.2026"], None),
        (["10/31/2026", "30.10.2026"], datetime(2026, 10, 11, 10, tzinfo=UTC)),
        (["Fri, 30 Oct 2026 10:00:00 GMT", "10/10/2026", "32/32/2026"], None),
    ],
)
def test_which_number_is_the_month_is_told_by_other_entries(
    others: list[str], expected: datetime | None, title: str
) -> None:
    dates = ["10/11/2026 10:00", *others]
    entries = [
        item(f"<pubDate>{date}</pubDate>", title=title, link=f"https://example.org/{n}") for n, date in enumerate(dates)
    ]
    assert read(rss(entries)).items[0].published == expected


@pytest.mark.parametrize("text", ["10/11/23", "Mon, 11 04 2020", "11 04 2020"])
def test_other_entries_do_not_tell_it_of_numbers_that_may_begin_with_the_year_or_be_no_date(text: str) -> None:
    assert read_date(text, day_first=True) is None


def test_an_entry_keeps_its_identity_when_others_no_longer_tell_its_date() -> None:
    entry = item("<pubDate>10/11/2026 10:00</pubDate>", link="")
    alone, beside = read(rss(entry)), read(rss(entry + item("<pubDate>31/10/2026</pubDate>")))
    assert beside.items[0].published
    assert alone.items[0].id == beside.items[0].id


@pytest.mark.parametrize(
    "date", ["1970-01-01T00:00:00Z", "Thu, 01 Jan 1970 01:00:00 GMT", "Thu, 1 Jan 1970 00:00:00 -0500"]
)
def test_the_epoch_is_no_date(date: str) -> None:
    assert published(date) is None


@pytest.mark.parametrize("date", ["2026-11-20T13:00:00Z", "2036-11-20T10:00:00Z", "9999-12-31T23:59:59Z"])
def test_the_future_is_now(date: str) -> None:
    feed = read(rss(item(f"<pubDate>{date}</pubDate>")))
    assert feed.items[0].published == NOW
    assert dropped(feed) == {"future-date": 1}


def test_a_date_that_is_none_is_counted() -> None:
    for date in "soon", "Thu, 01 Jan 1970 00:00:00 GMT", "20260-11-20T10:00:00Z", "Fri, 20 Nov 20260 10:00:00 GMT":
        for title in "Plain", "<b>Marked</b> up":  # of each parser
            feed = read(rss(item(f"<pubDate>{date}</pubDate>", title=title)))
            assert (feed.items[0].published, dropped(feed)) == (None, {"unbelievable-date": 1})
    assert dropped(read(atom("<entry><id>1</id><updated>1970-01-01T00:00:00Z</updated></entry>"))) == {
        "unbelievable-date": 1
    }
    modified = b'{"version": "https://jsonfeed.org/version/1", "items": [{"id": "1", "date_modified": "1970-01-01T00:00:00Z"}]}'
    assert dropped(read(modified)) == {"unbelievable-date": 1}
    assert dropped(read(rss(item()))) == {}


def test_a_date_has_no_fractions_of_seconds() -> None:
    """Only some of the parsers read them, and the title key has the date."""
    (one,) = read(atom("<entry><id>1</id><updated>2026-11-20T10:00:00.750Z</updated></entry>")).items
    assert one.published == datetime(2026, 11, 20, 10, tzinfo=UTC)


def test_the_earliest_of_published_and_updated_counts() -> None:
    inside = "<pubDate>Fri, 20 Nov 2026 10:00:00 GMT</pubDate><atom:updated>2026-11-20T08:00:00Z</atom:updated>"
    assert read(rss(item(inside))).items[0].published == datetime(2026, 11, 20, 8, tzinfo=UTC)


@pytest.mark.parametrize("zone", ["GMT", "+0530", "-0530", "-0000", "+1400", "-1401", "+9999"])
@pytest.mark.parametrize(
    "text",
    ["1 Jan 1999 00:00:00", "20 Nov 2026 10:00:00", "31 Dec 2016 23:59:60", "19 Nov 2026 24:00:00", "31 Nov 2026 10:00:00",
     "20 Nov 2026 25:00:00", "20 Nov 2026 10:60:00", "1 Jan 1970 00:00:00"],
)  # fmt: skip
def test_the_usual_form_which_is_read_at_once_is_read_as_it_is_without_a_day_of_the_week(text: str, zone: str) -> None:
    assert read_date(f"Fri, {text} {zone}") == read_date(f"{text} {zone}")


WINTER, SUMMER = (datetime(2026, month, 15, 12, tzinfo=UTC) for month in (1, 7))
CITIES = """
EST EDT America/New_York; CST CDT America/Chicago; MST MDT America/Denver; PST PDT America/Los_Angeles; AKST AKDT America/Anchorage
HST - Pacific/Honolulu; NST NDT America/St_Johns; ART - America/Argentina/Buenos_Aires; CLST CLT America/Santiago; VET - America/Caracas
COT - America/Bogota; PET - America/Lima; BRT - America/Sao_Paulo; - BST Europe/London; CET CEST Europe/Berlin; MEZ MESZ Europe/Vienna
WET WEST Europe/Lisbon; EET EEST Europe/Athens; MSK - Europe/Moscow; TRT - Europe/Istanbul; SAMT - Europe/Samara; WAT - Africa/Lagos
CAT - Africa/Harare; SAST - Africa/Johannesburg; EAT - Africa/Nairobi; - IDT Asia/Jerusalem; IRST - Asia/Tehran; GST - Asia/Dubai
AZT - Asia/Baku; GET - Asia/Tbilisi; AFT - Asia/Kabul; UZT - Asia/Tashkent; PKT - Asia/Karachi; IST - Asia/Kolkata; NPT - Asia/Kathmandu
YEKT - Asia/Yekaterinburg; OMST - Asia/Omsk; NOVT - Asia/Novosibirsk; KRAT - Asia/Krasnoyarsk; IRKT - Asia/Irkutsk; YAKT - Asia/Yakutsk
VLAT - Asia/Vladivostok; MAGT - Asia/Magadan; PETT - Asia/Kamchatka; MMT - Asia/Yangon; ICT - Asia/Bangkok; WIB - Asia/Jakarta
WITA - Asia/Makassar; WIT - Asia/Jayapura; MYT - Asia/Kuala_Lumpur; PHT - Asia/Manila; SGT - Asia/Singapore; HKT - Asia/Hong_Kong
JST - Asia/Tokyo; KST - Asia/Seoul; AWST - Australia/Perth; ACST - Australia/Darwin; ACDT - Australia/Adelaide; AEDT AEST Australia/Sydney
NZDT NZST Pacific/Auckland; - ET America/New_York; - CT America/Chicago; - MT America/Denver; - PT America/Los_Angeles
"""


@pytest.mark.parametrize("city", [city.strip() for line in CITIES.strip().splitlines() for city in line.split(";")])
def test_zones_are_as_far_from_utc_as_where_they_are_used(city: str) -> None:
    *zones, place = city.split()
    for zone, time in zip(zones, (WINTER, SUMMER), strict=True):
        if zone != "-":
            assert read_date(f"{time:%d %b %Y %H:%M:%S} {zone}") == time.replace(tzinfo=ZoneInfo(place)), zone


MONTHS = """
Spanish enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
French janvier février mars avril mai juin juillet août septembre octobre novembre décembre
Italian gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
Portuguese janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro
German Januar Februar März April Mai Juni Juli August September Oktober November Dezember
Dutch januari februari maart april mei juni juli augustus september oktober november december
Russian января февраля марта апреля мая июня июля августа сентября октября ноября декабря
Ukrainian січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня
Turkish Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım Aralık
Greek Ιανουαρίου Φεβρουαρίου Μαρτίου Απριλίου Μαΐου Ιουνίου Ιουλίου Αυγούστου Σεπτεμβρίου Οκτωβρίου Νοεμβρίου Δεκεμβρίου
Arabic يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر
Hebrew ינואר פברואר מרץ אפריל מאי יוני יולי אוגוסט ספטמבר אוקטובר נובמבר דצמבר
Hindi जनवरी फरवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्टूबर नवंबर दिसंबर
Thai มกราคม กุมภาพันธ์ มีนาคม เมษายน พฤษภาคม มิถุนายน กรกฎาคม สิงหาคม กันยายน ตุลาคม พฤศจิกายน ธันวาคม
Indonesian Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember
Swedish januari februari mars april maj juni juli augusti september oktober november december
Danish januar februar marts april maj juni juli august september oktober november december
Romanian ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie
Bulgarian януари февруари март април май юни юли август септември октомври ноември декември
Catalan gener febrer març abril maig juny juliol agost setembre octubre novembre desembre
Persian ژانویه فوریه مارس آوریل مه ژوئن ژوئیه اوت سپتامبر اکتبر نوامبر دسامبر
Urdu جنوری فروری مارچ اپریل مئی جون جولائی اگست ستمبر اکتوبر نومبر دسمبر
"""


@pytest.mark.parametrize("named", MONTHS.strip().splitlines(), ids=lambda named: named.split()[0])
def test_every_month_is_known_in_the_languages_of_feeds(named: str) -> None:
    for month, name in enumerate(named.split()[1:], 1):
        assert read_date(f"20 {name} 2026 10:30") == datetime(2026, month, 20, 10, 30, tzinfo=UTC), name
