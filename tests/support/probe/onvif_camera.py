"""What an ONVIF camera puts on the wire."""

from datetime import datetime

SOAP = "http://www.w3.org/2003/05/soap-envelope"


def envelope(body: str) -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="{SOAP}" '
        'xmlns:tds="http://www.onvif.org/ver10/device/wsdl" xmlns:tt="http://www.onvif.org/ver10/schema" '
        f'xmlns:ter="http://www.onvif.org/ver10/error"><s:Body>{body}</s:Body></s:Envelope>'
    )


def fault(code: str) -> str:
    return envelope(
        f"<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>{code}</s:Value></s:Subcode></s:Code>"
        '<s:Reason><s:Text xml:lang="en">no</s:Text></s:Reason></s:Fault>'
    )


def clock_answer(now: datetime) -> str:
    return envelope(
        "<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:DateTimeType>NTP</tt:DateTimeType>"
        f"<tt:UTCDateTime><tt:Time><tt:Hour>{now.hour}</tt:Hour><tt:Minute>{now.minute}</tt:Minute>"
        f"<tt:Second>{now.second}</tt:Second></tt:Time><tt:Date><tt:Year>{now.year}</tt:Year>"
        f"<tt:Month>{now.month}</tt:Month><tt:Day>{now.day}</tt:Day></tt:Date></tt:UTCDateTime>"
        "</tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>"
    )


IDENTITY = envelope(
    "<tds:GetDeviceInformationResponse><tds:Manufacturer> Vista </tds:Manufacturer><tds:Model>V-200</tds:Model>"
    "<tds:FirmwareVersion>1.2.3</tds:FirmwareVersion><tds:SerialNumber>SN42</tds:SerialNumber>"
    "<tds:HardwareId>1</tds:HardwareId></tds:GetDeviceInformationResponse>"
)
