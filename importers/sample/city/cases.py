"""Cases of city management, step by step: every step of a batch is one delivery."""

from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import shapely

from importers.sample.city.frames import frame
from importers.sample.city.noise import generator
from importers.sample.city.sizes import Size
from spatial.city import city

# step → hours after the first; the last is the end of most cases
STEPS = (
    ("reported", 0),
    ("dispatching", 3),
    ("handling", 5),
    ("feedback", 27),
    ("closing", 33),
    ("closed", 35),
)
COMPONENT_TROUBLES = {
    "0137": "路灯不亮",
    "0402": "行道树倾斜",
    "0305": "垃圾箱破损",
    "0104": "雨水箅子堵塞",
    "0102": "污水井盖松动异响",
    "0103": "雨水井盖下沉",
    "0101": "上水井盖破损",
    "0150": "监控杆倾斜",
    "0306": "户外广告破损",
    "0131": "通信立杆倾斜",
    "0212": "路名牌污损",
}
EVENTS = {
    "0110": ("暴露生活垃圾", "环境卫生服务中心"),
    "0113": ("道路破损", "市政设施维护中心"),
    "0112": ("道路不洁", "环境卫生服务中心"),
    "0201": ("非法小广告", "城市管理和综合执法局"),
    "0405": ("店外经营", "城市管理和综合执法局"),
    "0406": ("占道经营", "城市管理和综合执法局"),
    "0410": ("非机动车乱停放", "城市管理和综合执法局"),
    "0506": ("道路积水", "市政设施维护中心"),
    "0304": ("工地扬尘", "住房和城乡建设局"),
}
SOURCES = ("监督员上报", "监督员上报", "监督员上报", "公众举报", "视频监控")


def case_batches(
    size: Size, seed: int, components: pd.DataFrame, start: datetime, days_between: int
) -> list[tuple[datetime, str, pd.DataFrame]]:
    """(moment, step, frame) in order of time; a case keeps its code through all its steps."""
    random = generator(seed, "cases")
    done = []
    for batch in range(size.case_batches):
        first = start + timedelta(days=days_between * batch)
        table = _batch(size.cases_per_batch, random, components, first)
        alive = np.ones(len(table), bool)
        for step, hours in STEPS:
            if step == "closing":
                alive &= random.random(len(table)) < 0.93
            last = batch == size.case_batches - 1
            if last and step in ("feedback", "closing", "closed"):
                alive &= random.random(len(table)) < 0.6
            done.append(
                (
                    first + timedelta(hours=hours),
                    step,
                    table[alive].assign(step=step).reset_index(drop=True),
                )
            )
    return done


def _batch(number: int, random, components: pd.DataFrame, first: datetime) -> pd.DataFrame:
    broken = components[components["class_code"].isin(COMPONENT_TROUBLES)]
    rows = broken.iloc[np.sort(random.choice(len(broken), number, replace=False))]
    event = random.random(number) < 0.55
    kinds = np.array(list(EVENTS))[random.integers(len(EVENTS), size=number)]
    about = [
        EVENTS[k] if e else (COMPONENT_TROUBLES[c], d)
        for e, k, c, d in zip(event, kinds, rows["class_code"], rows["department"], strict=True)
    ]
    shift = np.where(event[:, None], random.uniform(-2.5, 2.5, (number, 2)), 0)
    xy = shapely.get_coordinates(rows.geometry.to_numpy()) + shift
    code = [f"{city().adcode}{first:%Y%m%d}{n:05d}" for n in range(1, number + 1)]
    return frame(
        shapely.points(xy),
        code=code,
        kind=np.where(event, "event", "component"),
        scheme=np.where(event, "events_2020", "components_2020"),
        class_code=np.where(event, kinds, rows["class_code"]),
        description=[f"（示意）{a[0]}" for a in about],
        step="reported",
        source=np.array(SOURCES)[random.integers(len(SOURCES), size=number)],
        cell_code=rows["cell_code"].to_numpy(),
        component_code=np.where(event, "", rows["code"]),
        department=[a[1] for a in about],
        reported_at=[first - timedelta(minutes=int(m)) for m in random.integers(0, 55, number)],
    )
