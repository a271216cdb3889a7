"""What columns are called in the wild, in English and Chinese (and the names that XES and pm4py give)."""

from __future__ import annotations

import re
from typing import Literal

Role = Literal[
    "case",
    "activity",
    "completed",
    "started",
    "lifecycle",
    "instance",
    "resource",
    "role",
    "order",
    "key",
    "segment",
]

# Whole names, compared without case, white space and punctuation. The best known come first.
_WHOLE: dict[Role, str] = {
    "case": """case:concept:name case_id caseid case ticket_id ticket_no ticket_number ticket incident_id
        incident_number incident_no order_id order_no order_number application_id application_no request_id
        request_no claim_id process_instance_id process_instance process_id trace_id trace case_no
        case_number case_key booking_id visit_id admission_id encounter_id call_id loan_id permit_id
        contract_id policy_id work_order work_order_id job_id 案例编号 案例号 案例 案件编号 案件号 工单编号
        工单号 工单 单号 流程实例 流程实例编号 流程编号 流程实例号 实例编号 申请编号 申请单号 申请号
        订单编号 订单号 业务编号 业务流水号 受理编号 受理号 受理单号 保单号 报案号 就诊号 住院号 办件编号
        合同编号 贷款编号 事件单号 请求编号""",
    "activity": """concept:name activity activity_name activityname task task_name taskname step step_name event
        event_name action operation node node_name work_item stage_name phase_name event_type activity_label
        status_name 活动 活动名称 环节 环节名称 步骤 步骤名称 节点 节点名称 任务 任务名称 操作 操作名称 动作
        处理环节 当前环节 流程环节 审批环节 审批节点 工序 工序名称 事件 事件名称""",
    "completed": """time:timestamp completed completed_at complete_timestamp completion_time complete_time completedat
        end_time endtime end end_timestamp end_date finished finished_at finish_time done_at closed_at
        timestamp time event_time eventtime datetime date_time event_timestamp occurred_at date end_at
        deal_time created_at 完成时间 结束时间 办结时间 处理完成时间 处理时间 操作时间 时间 发生时间 时间戳
        审批时间 完成日期 结束日期 办理时间 提交时间 离开时间 完工时间""",
    "started": """start_timestamp started started_at start_time starttime start start_date begin_time begun_at begin
        started_on start_at starttimestamp begin_date taked_time claimed_at arrival_time create_time
        开始时间 开始日期 启动时间 接收时间 受理时间 到达时间 签收时间 领取时间 开工时间 起始时间""",
    "lifecycle": """lifecycle:transition lifecycle transition event_lifecycle lifecycle_transition transaction_type
        eventtype 生命周期 事件类型 状态变迁 生命周期状态""",
    "instance": """concept:instance activity_instance_id activity_instance instance_id activityinstanceid 活动实例
        活动实例编号""",
    "resource": """org:resource resource user user_id username user_name agent agent_id agent_name employee employee_id
        staff worker operator performer assignee assigned_to owner originator handler handled_by actor
        server person 处理人 办理人 经办人 操作人 操作员 执行人 审批人 负责人 坐席 坐席工号 员工 员工号 工号
        受理人 责任人 处理人员 处理者 客服""",
    "role": """org:role role org:group group team workgroup work_group support_team department dept unit org_unit
        position 角色 岗位 部门 组 班组 团队 处理部门 所属部门 职位 科室 处理组 工作组""",
    "order": """order seq sequence sequence_no seq_no event_no event_index step_no position line_no row_no
        sort_order event_order number index sorting 序号 顺序 排序 步骤号 次序 顺序号 环节序号""",
    "key": """event_id eventid id uuid guid row_id record_id log_id activity_instance_id event_key task_id
        work_item_id 事件编号 流水号 记录编号 主键 日志编号 任务编号""",
    "segment": """branch channel priority region country customer_type customer_segment service_type service product
        product_type product_category category type case_type ticket_type severity impact site location
        office city department segment loan_type application_type service_level urgency 分行 网点 渠道
        优先级 区域 地区 国家 客户类型 服务类型 产品 产品类型 类别 类型 业务类型 工单类型 紧急程度 严重程度
        城市 省份 来源 机构 支行 受理渠道 申请渠道 客户等级""",
}
# Parts of a name that speak for a role.
_PARTS: dict[Role, str] = {
    "case": "case ticket incident claim process instance trace 案例 工单 流程实例 单号 案件",
    "activity": "activity task step event action node stage 活动 环节 步骤 节点 任务 工序",
    "completed": """complete completed completion end ended finish finished done close closed timestamp 完成 结束 办结
        完工""",
    "started": "start started begin begun begins 开始 启动 接收 起始 开工",
    "lifecycle": "lifecycle transition 生命周期",
    "instance": "instance 实例",
    "resource": """resource user agent employee staff worker operator assignee performer handler owner 处理人 办理人
        经办 操作人 员工 坐席""",
    "role": "role group team workgroup department dept 角色 岗位 部门 班组 团队",
    "order": "seq sequence order sort 序号 顺序 排序",
    "key": "event_id uuid guid 流水号 主键",
    "segment": """branch channel priority region country category type level segment severity impact 渠道 优先 区域
        地区 类型 类别 网点 分行""",
}
_TOOL_MADE = frozenset(
    {
        "variant",
        "variantindex",
        "casevariant",
        "casevariantindex",
        "variantid",
        "creator",
        "casecreator",
        "index",
        "rowid",
    }
)
_MILESTONE_END = re.compile(r"(?:[ _.-]*(?:at|on|time|date|datetime|timestamp|ts|dt)|时间|日期|时刻)$", re.IGNORECASE)

# The standard transitions of XES, and what common systems write for them.
TRANSITIONS = frozenset(
    (
        "schedule",
        "assign",
        "withdraw",
        "reassign",
        "start",
        "suspend",
        "resume",
        "complete",
        "autoskip",
        "manualskip",
        "pi_abort",
        "ate_abort",
        "abort_activity",
        "abort_case",
        "abort",
        "unknown",
        "started",
        "completed",
        "scheduled",
        "assigned",
        "suspended",
        "resumed",
        "begin",
        "end",
        "finished",
    )
)
STARTS = frozenset({"start", "started", "begin"})
COMPLETES = frozenset({"complete", "completed", "end", "finished"})


def folded(name: str) -> str:
    """Return the name without case, white space and punctuation."""
    return "".join(sign for sign in name.casefold() if sign.isalnum())


def parts_of(name: str) -> frozenset[str]:
    """Return the words of a name: cut at punctuation, blanks, and where camel case rises."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return frozenset(part for part in re.split(r"[\W_]+", spaced.casefold()) if part)


_WHOLE_FOLDED: dict[Role, tuple[str, ...]] = {
    role: tuple(dict.fromkeys(folded(name) for name in names.split())) for role, names in _WHOLE.items()
}
_PARTS_FOLDED: dict[Role, tuple[str, ...]] = {role: tuple(names.casefold().split()) for role, names in _PARTS.items()}


def name_score(name: str, role: Role) -> float:
    """Return how much a column's name speaks for a role, in [0, 1]: 1 a name known as it is, 0.5 a word of it."""
    known = _WHOLE_FOLDED[role]
    bare = name.removeprefix("case:")
    for whole in (folded(name), folded(bare)):
        # "case:concept:name" is the case, never the activity "concept:name".
        if whole in known and not (whole == "conceptname" and name != bare):
            # Between two columns that both bear a known name, the better known wins.
            return 1.0 - 0.25 * known.index(whole) / len(known)
    words = parts_of(bare)
    for part in _PARTS_FOLDED[role]:
        if part in words or (not part.isascii() and part in name):
            return 0.5
    return 0.0


def is_tool_made(name: str) -> bool:
    """Whether the column is one that an export tool adds (variant, creator), not the source system."""
    whole = folded(name)
    return whole in _TOOL_MADE or name.startswith("@@")


def milestone_name(column: str) -> str:
    """Return the activity that a column of instants stands for: "opened_at" is "Opened", 审批时间 is 审批."""
    bare = _MILESTONE_END.sub("", column.strip())
    words = " ".join(part for part in re.split(r"[\s_.-]+", bare) if part)
    if not words:
        return column.strip()
    return words[0].upper() + words[1:]
