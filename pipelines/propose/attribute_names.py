"""Names of attributes that the warehouse takes, made from the names of columns."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_LONGEST = 63
# Parts of Chinese names, the longer ones first so that 客户类型 is customer_type.
_CHINESE: dict[str, str] = {
    "紧急程度": "urgency",
    "严重程度": "severity",
    "优先级": "priority",
    "负责人": "owner",
    "处理人": "handler",
    "申请人": "applicant",
    "受理人": "receiver",
    "满意度": "satisfaction",
    "编号": "number",
    "单号": "number",
    "工号": "staff_number",
    "分行": "branch",
    "支行": "sub_branch",
    "网点": "branch",
    "机构": "organisation",
    "渠道": "channel",
    "区域": "region",
    "地区": "region",
    "国家": "country",
    "省份": "province",
    "城市": "city",
    "客户": "customer",
    "产品": "product",
    "服务": "service",
    "业务": "business",
    "工单": "ticket",
    "案件": "case",
    "合同": "contract",
    "贷款": "loan",
    "申请": "application",
    "受理": "acceptance",
    "审批": "approval",
    "等级": "level",
    "级别": "level",
    "类型": "type",
    "类别": "category",
    "来源": "origin",
    "金额": "amount",
    "数量": "quantity",
    "费用": "cost",
    "价格": "price",
    "备注": "remarks",
    "说明": "notes",
    "结果": "result",
    "意见": "opinion",
    "状态": "status",
    "原因": "reason",
    "部门": "department",
    "岗位": "position",
    "角色": "role",
    "性别": "sex",
    "年龄": "age",
    "姓名": "name",
    "名称": "name",
    "标题": "title",
    "时间": "time",
    "日期": "date",
    "期限": "deadline",
    "次数": "count",
    "天数": "days",
    "利率": "rate",
    "创建": "created",
    "登记": "registered",
    "到期": "due",
    "是否": "is",
    "号": "number",
}
_KNOWN = re.compile("|".join(sorted(_CHINESE, key=lambda word: (-len(word), word))))


def attribute_names(columns: Sequence[str]) -> tuple[str, ...]:
    """Return a name of small letters, digits and underscores for each column, all different.

    "case:Service Level" is service_level, 客户类型 is customer_type; what has no such name is attribute_<position>.
    A name that comes again gets _2, _3 ...
    """
    wished = [_plain(column) or f"attribute_{position}" for position, column in enumerate(columns, 1)]
    given: set[str] = set()
    names: list[str] = []
    for wish in wished:
        name, number = wish, 2
        while name in given:
            end = f"_{number}"
            name = wish[: _LONGEST - len(end)] + end
            number += 1
        given.add(name)
        names.append(name)
    return tuple(names)


def _plain(column: str) -> str:
    text = column.removeprefix("case:")
    text = _KNOWN.sub(lambda match: f"_{_CHINESE[match.group()]}_", text)
    text = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text)
    text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    text = re.sub(r"[^a-z0-9]+", "_", text).strip("_")[:_LONGEST].strip("_")
    if not text:
        return ""
    return text if text[0].isalpha() else f"a_{text}"[:_LONGEST]
