// Words of the softphone, the agent's desk and the supervisor's floor.
export const desk = {
  desk: {
    lead: '电话、工单和记录都在这一页。', parts: '页面内容', part: { ticket: '工单', log: '我的来电', callbacks: '回拨任务', knowledge: '政策问答' }, noTicket: '接听或选中一通来电后，工单会显示在这里。', draftOf: '有未提交的草稿',
    link: {
      connecting: '正在连接电话系统…', lost: '⚠ 与电话系统的连接已断开，正在重连。通话在服务器上保留，来电人正在听音乐。', taken: '此坐席已在另一个浏览器中打开。', takenDo: '在这里接管后，另一处会断开；正在进行的通话会转到这里。',
      takeOver: '在这里接管', revoked: '登录已失效，电话已断开。', revokedDo: '请重新登录。', other: '电话声音在本浏览器的另一个标签页。这里也可以操作。', bring: '把声音移到这里',
    },
    voice: {
      off: '声音未连接', asking: '浏览器正在询问麦克风权限，请点「允许」。', connecting: '正在接通声音…', on: '声音已接通', broken: '声音中断，正在重新接通…',
      refused: '浏览器没有得到麦克风权限。', refusedDo: '点地址栏左侧的图标，允许使用麦克风，然后点「重试」。', no_microphone: '没有找到麦克风。', no_microphoneDo: '请插好耳机或麦克风，然后点「重试」。',
      microphone_lost: '麦克风断开，来电人听不到您。', microphone_lostDo: '请插好耳机；插好后会自动接上，也可在下方选择另一个麦克风。', blocked: '浏览器没有播放声音。', blockedDo: '点「恢复声音」。', resume: '恢复声音',
      unsupported: '此浏览器或地址不能使用麦克风。', unsupportedDo: '请用新版 Chrome、Edge 或 Firefox，以 https 地址打开。', retry: '重试',
    },
    seat: {
      title: '我的状态', signOn: '上线接电话', signOff: '下线', signOnHint: '需要麦克风。上线后，来电会自动分配给您。', available: '可接来电', pause: '暂停', pauseReason: '暂停原因', since: '已 {span}', calls: '本班已接 {n} 通', queues: '接听队列',
      missed: '连续 {n} 次未接', until: '还剩 {span}', afterCall: '已选暂停，本次通话结束后生效', inCall: '通话中不能下线', away: '电话系统听不到您的浏览器，暂不派电话。',
    },
    status: { available: '可接来电', paused: '暂停', signed_off: '未上线' },
    state: { idle: '空闲', ringing: '振铃中', talking: '通话中', wrap_up: '话后整理', delayed: '稍候', away: '未连接' },
    pause: { unanswered: '未接来电（系统设置）', disconnected: '连接中断（系统设置）' },
    ring: { title: '来电', looking: '正在查看来电号码', announce: '来电，{priority}，号码 {caller}', waited: '已等待 {span}', answer: '接听', reject: '拒接', rejectHint: '拒接后转给其他人，您会暂停派单片刻。', countdown: '还剩 {n} 秒', queue: '队列', called: '同事咨询或转接', withheld: '未显示号码' },
    popSource: { same_number: '同一来电号码', findings: '此前核查记录' },
    pop: {
      none: '没有找到有关的工单。', withheld: '来电没有显示号码，无从查找。', unread: '来电资料读取失败，接听不受影响。', openTickets: '此号码的未结工单', household: '可能是 {name}（{area}），见工单 {number}', of: '线索：{source}', callback: '此号码有待回拨任务，最迟 {at}',
      earlier: '此号码此前来电 {n} 次，最近 {at}（{outcome}）', first: '此号码首次来电', unverified: '这些只是按线索推测，同一电话可能多人使用。须先与来电人核实身份，再谈内容。',
    },
    call: {
      title: '通话', talked: '通话 {span}', hangUp: '挂断', mute: '静音', unmute: '取消静音', muted: '已静音：来电人听不到您', hold: '保持', resume: '恢复通话', keypad: '按键', consult: '咨询', transfer: '转接', swap: '切换', conference: '三方通话', consultEnd: '结束咨询', transferNow: '转给对方并退出',
      recordPause: '暂停录音', recordResume: '恢复录音', recording: '正在录音', recordingPaused: '录音已暂停', ticket: '工单 {number}', third: '第三方：{name}', recovered: '您还在通话中：页面重新打开，通话没有断。', joined: { listen: '主管在旁听', whisper: '主管在耳语指导', barge: '主管已加入通话', take_over: '主管正在接管' },
      sentKeys: '已发送 {keys}', hangUpHands: '此时挂断即把来电人转给对方。',
    },
    callState: { talking: '通话中', holding: '来电人在听音乐', consulting: '正在与第三方通话，来电人在听音乐', conferring: '三方通话' },
    target: {
      title: { consult: '咨询谁', transfer: '转给谁' }, kind: '对象', agent: '同事', queue: '队列', staff: '工作人员', duty: '值班', emergency: '紧急电话', who: '选择', township: '乡镇值班', county: '县级值班', city: '市级值班', hint: '号码由系统按岗位登记拨出，不能手工输入。', none: '没有可选的对象。', unread: '名单读取失败，请关闭后重试。',
      go: { consult: '开始咨询', transfer: '立即转接' }, cancel: '取消', staffHint: '工单所在区划的工作人员，拨打其登记的电话。', place: { '110': '110 报警', '119': '119 火警', '120': '120 急救', police: '110 报警', fire: '119 火警', ambulance: '120 急救' },
    },
    wrap: {
      title: '话后整理', left: '还剩 {span} 自动结束', paused: '已暂停派电话，整理完再点「完成」', outcome: '本次通话结果', note: '备注', save: '保存结果', saved: '已记录：{what}', done: '完成，接下一个', more: '还要时间', unread: '结果选项读取失败，请刷新页面。', needed: '请先选择通话结果。', of: '工单 {number}',
    },
    log: { title: '我今天的来电', empty: '今天还没有接过电话。', at: '时间', caller: '来电人', length: '时长', outcome: '结果', survey: '评价', score: '{n} 分', ticket: '工单', none: '—', notDisposed: '未填结果', fill: '补填结果' },
    callbacks: {
      title: '回拨任务', empty: '没有等待回拨的来电。', due: '最迟', caller: '来电人', why: '原因', tries: '已试 {n} 次', holder: '状态', act: '操作', callNow: '立即回拨', claim: '认领', urgent: '疑似紧急', origin: { missed: '未接来电', asked: '要求回拨', cut_off: '通话中断或无人讲话' }, notYet: '{at} 后再试', calls: '共 {n} 次来电', noTrunk: '本系统没有配置外呼线路：请先认领任务，用电话回拨，再登记结果。', signOnFirst: '上线后才能用耳机回拨。', mine: '我',
      state: { open: '待回拨', claimed: '已认领', visit: '待上门', done: '已完成', cancelled: '已取消' }, result: '这次回拨', results: { reached: '已联系上', no_answer: '无人接听', busy: '占线', wrong_number: '号码不对' },
    },
    audio: {
      title: '声音设备', microphone: '麦克风', speaker: '耳机或扬声器', ringer: '振铃同时从此设备播放', usual: '系统默认', same: '不另外播放', mine: '我的声音', theirs: '对方声音', echo: '回声消除', noise: '降噪', gain: '自动音量', volume: '振铃音量', test: '试听振铃', testStop: '停止', unnamed: '设备 {n}', noOutputs: '此浏览器不能选择输出设备。', follower: '音量显示在发声的那个标签页。',
    },
    keys: { title: '快捷键', answer: '接听', reject: '拒接', hangUp: '挂断', mute: '静音', hold: '保持／恢复', done: '完成整理' },
    stop: { caller_left: '来电人已挂断。', no_answer: '您没有接听，已转给其他人。', answered_elsewhere: '其他同事已接听。', forced: '主管更改了您的状态，来电已转给其他人。', rejected: '已拒接，转给其他人。', away: '声音中断，来电已转给其他人。', busy: '话机占线，来电已转给其他人。', cancelled: '对方取消了咨询。', lost: '来电所在服务器失联，来电已撤回。', other: '来电已撤回。' },
    refused: {
      what: '没有办成：{reason}',
      reason: { not_now: '通话现在的状态不能这样做', not_yours: '只有这通电话的坐席可以这样做', nobody: '那里现在没有人', no_outbound: '现在不能外呼', no_target: '没有找到要转接的对象', no_key: '按键发送失败', cancelled: '已取消', no_answer: '对方没有接听', busy: '对方占线', rejected: '对方拒接', occupied: '已有另一位主管在这通电话中', unknown: '电话系统未能办理' },
    },
    ended: { transferred: '已转接，您已退出通话。', caller_hung: '来电人已挂断。', abandoned: '来电人已挂断。', handed_on: '已转接，您已退出通话。', taken_over: '主管已接管通话。', over: '通话已结束。', released: '通话已结束。', leg_lost: '您的声音中断，通话已交回队列。', node_lost: '通话所在服务器失联，通话已结束。', media_lost: '来电人的声音中断，通话已结束。', max_duration: '超过最长通话时间，通话已结束。', other: '通话已结束。' },
    fault: {
      unknown: { what: '电话系统没有办理。', do: '请重试；仍不行请告诉主管。' }, not_connected: { what: '没有连上电话系统。', do: '正在重连，请稍候再试。' }, unanswered: { what: '电话系统没有答复。', do: '请看上方状态，确认没有办成后重试。' },
      malformed: { what: '页面版本与服务器不一致。', do: '请刷新页面。' }, unknown_type: { what: '页面版本与服务器不一致。', do: '请刷新页面。' }, hello_first: { what: '连接尚未就绪。', do: '请稍候再试。' }, not_leader: { what: '另一处正在使用此坐席。', do: '请在那里操作，或在这里接管。' },
      not_signed_on: { what: '您还没有上线。', do: '请先点「上线接电话」。' }, no_audio: { what: '声音还没有接通。', do: '请检查麦克风权限，等声音接通后再试。' }, no_call: { what: '没有可以操作的通话。', do: '通话可能已结束，请看上方状态。' }, forbidden: { what: '您的岗位不能这样做。', do: '请联系主管。' },
      too_fast: { what: '操作太快，这一次没有办理。', do: '请稍候再试。' }, busy: { what: '电话系统正忙。', do: '请稍候再试。' }, sdp_refused: { what: '浏览器不支持电话所用的编码。', do: '请用新版 Chrome、Edge 或 Firefox。' }, nobody: { what: '没有这样的人在线。', do: '请另选一位。' }, unavailable: { what: '这台服务器现在不能办理。', do: '请稍候再试或联系主管。' },
      signed_on: { what: '您已经上线。', do: '无需再操作。' }, unknown_offer: { what: '这通来电已不再派给您。', do: '来电人已挂断或已由他人接听。' }, failed: { what: '电话系统没有办成。', do: '请再试一次。' }, voice_failed: { what: '声音没有接通。', do: '请检查网络；页面会自动再试。' }, in_call: { what: '您还在通话中。', do: '请先结束通话。' },
      already_taken: { what: '已有同事在回拨这位来电人。', do: '无需您再办理。' }, too_early: { what: '刚刚已经回拨过。', do: '请到任务所示的时间再拨。' }, not_callable: { what: '这个号码不能回拨。', do: '号码被隐藏或是境外号码，请写明后撤销任务。' }, not_found: { what: '没有这一项，或不属于您的范围。', do: '请刷新列表。' }, not_in_this_state: { what: '以现在的状态不能这样办理。', do: '请刷新列表后再看。' },
      no_desk: { what: '您的坐席没有连到这台服务器。', do: '等声音接通后再试。' }, draining: { what: '这台服务器正在停机，不再发起新的呼叫。', do: '刷新页面后再试；还没有呼叫对方。' }, no_such_conversation: { what: '这次通话已经结束，或不属于您的辖区。', do: '请看列表中的最新情况。' }, agent_not_free: { what: '坐席现在不空闲。', do: '通话、整理、小休或离开时不能呼叫，请稍候或另选一位。' }, offer_over: { what: '这通来电已不再派给您。', do: '来电人已挂断或已由他人接听。' },
      caller_left: { what: '来电人已挂断。', do: '无需再接；未接来电会列入回拨。' }, answered_elsewhere: { what: '同事已接听这通来电。', do: '无需您再办理。' }, agent_unanswered: { what: '坐席没有接听。', do: '请稍候再试或另选一位。' }, no_wrap_up: { what: '没有需要结束的话后整理。', do: '无需再操作。' }, unknown_pause: { what: '没有这个小休原因。', do: '请从列表中选择。' }, unknown_status: { what: '没有这个状态。', do: '请从列表中选择。' },
    },
  },
  callOutcome: { spoken: '已通话', voicemail: '已留言', missed: '未接通', alive: '通话中' },
  phone: { bar: '电话', open: '打开工作台', ringing: '来电 {priority}', talking: '通话中', waiting: '已上线', wrapUp: '话后整理' },
  floor: {
    updated: '{at} 更新', waiting: '正在连接…', alarm: '警报', unanswered: '全部层级均已询问，无人接单', unansweredMore: '还有更多，见工单列表', queueTitle: '等待与通话中的来电', agentsTitle: '坐席', figuresTitle: '时段统计', abandonedTitle: '放弃的来电', anyQueue: '全部队列', byQueue: '按队列筛选',
    tiles: { waiting: '等待中', longest: '最长等待', agents: '可接坐席', talking: '通话中', level: '服务水平', abandoned: '放弃', wait: '平均等待', handle: '平均处理', occupancy: '占用率', answered: '已接' }, ofEntered: '共 {n} 通', within: '限时内接通', shortOnes: '另有 {n} 通 5 秒内挂断', of: '{a} / {b}',
    queue: { place: '位次', caller: '来电人', priority: '优先级', wait: '等待', queue: '队列', wants: '所需技能', with: '坐席', ticket: '工单', act: '操作', empty: '没有来电在等待。', front: '断线优先', ringing: '正在振铃 {name}', talking: '与 {name} 通话', none: '不限' },
    agents: { name: '坐席', status: '状态', state: '话务', since: '时长', call: '通话', calls: '已接', missed: '连续未接', act: '操作', empty: '没有坐席上线。', force: '更改状态' },
    join: { listen: '旁听', whisper: '耳语', barge: '加入', take_over: '接管', leave: '退出', listenHint: '双方听不到您', whisperHint: '只有坐席听到您', bargeHint: '双方都听到您', now: '您正在{mode}：工单 {ticket}' },
    force: { title: '更改 {name} 的状态', to: '改为', reason: '原因', go: '确认更改', cancel: '取消', off: '下线', done: '已更改 {name} 的状态' },
    alarms: { alarm_queue_stuck: '有来电在等待而合适的坐席空闲，或队列没有派单', alarm_queue_alone: '共享队列不可用，本机独立派电话', alarm_queue_records: '部分队列记录丢失，统计可能不准' },
    spans: { title: '{name} 今天的状态', empty: '还没有记录。' },
    left: { answered: '已接通', abandoned: '等待中挂断', short: '5 秒内挂断', key: '按键另选', callback: '要求回拨', timeout: '超过最长等待', no_agent: '无坐席上线', node_lost: '系统故障', moved: '转到其他队列' },
    figures: { from: '开始', entered: '进入', answered: '接通', abandoned: '放弃', short: '5 秒内挂断', called_back: '转回拨', level: '服务水平', wait: '平均等待', longest: '最长等待', handle: '平均处理', occupancy: '占用率', empty: '此时段没有数据。', date: '日期', step: '时段长度', minutes: '{n} 分钟', chart: '各时段进入与接通的来电数' },
    abandoned: { counted: '排队中放弃 {n} 通；5 秒内挂断 {short} 通；另有 {never} 通没有在排队中放弃，但没有人接。', at: '来电时间', caller: '来电人', waited: '等待', end: '结束', callback: '回拨', ticket: '工单', empty: '今天没有放弃的来电。', noCallback: '无回拨任务' },
  },
}
