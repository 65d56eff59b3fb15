"""Money as it is stored (whole minor units and an ISO 4217 code) and as people read it. Pure."""

from decimal import Decimal, InvalidOperation

from helpdesk.core.rules.digits import digits_to_persian

# ISO 4217, the currencies in use; metals, funds and testing codes are left out.
_CODES = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF "
    "CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD "
    "HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD "
    "MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN "
    "PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY "
    "TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG "
)
CURRENCIES = frozenset(_CODES.split())
# Rials are counted whole (interfaces: IRR has no minor unit here, although ISO gives it two places that nobody uses).
_WHOLE = "BIF CLP DJF GNF IRR ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"
_PLACES = dict.fromkeys(_WHOLE.split(), 0) | dict.fromkeys(_THREE.split(), 3)
MOST = 10**15
TOMAN = 10
_NAMES_FA = {"USD": "دلار", "EUR": "یورو", "GBP": "پوند", "AED": "درهم", "TRY": "لیر"}


class BadAmount(ValueError):
    """This text is no amount of money that we can keep."""


def places(currency: str) -> int:
    """How many decimal places the currency has."""
    return _PLACES.get(currency, 2)


def minor(text: str, currency: str) -> int:
    """An amount written in major units ("243.00") in whole minor units. Raises BadAmount."""
    try:
        value = Decimal(text).scaleb(places(currency))
        whole = int(value.to_integral_value())
    except (InvalidOperation, ValueError, OverflowError) as error:
        raise BadAmount(text) from error
    if currency not in CURRENCIES or abs(whole) > MOST:
        raise BadAmount(text)
    return whole


def shown(amount: int, currency: str, language: str) -> str:
    """The amount for people: 4,500,000 IRR or 243.00 USD; in Persian rials are told in toman, as everybody does."""
    if language != "fa":
        return f"{_counted(amount, places(currency))} {currency}"
    if currency == "IRR":
        tomans, odd = divmod(abs(amount), TOMAN)
        text = f"{tomans:,}.{odd}" if odd else f"{tomans:,}"
        return f"{_persian('-' + text if amount < 0 else text)} تومان"
    return f"{_persian(_counted(amount, places(currency)))} {_NAMES_FA.get(currency, currency)}"


def _counted(amount: int, decimals: int) -> str:
    return f"{Decimal(amount).scaleb(-decimals):,.{decimals}f}"


def _persian(text: str) -> str:
    return digits_to_persian(text.replace(",", "٬").replace(".", "٫").replace("-", "\u2212"))
