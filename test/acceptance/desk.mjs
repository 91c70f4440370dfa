// What agents and supervisors do at their pages, for the stories in a browser.
// A person is what enter() of browser_people.mjs gives. Every function ends
// when the page shows that it is done, so that no story has to wait by itself.

const button = (person, name) => person.page.getByRole('button', { name }).first()
const state = (person, name) => person.page.locator('section strong', { hasText: name }).first().waitFor()
const pages = { desk: '坐席工作台', floor: '话务现场' }

/** Opens the desk or the floor. */
export async function goTo(person, page) {
  await person.page.getByRole('link', { name: pages[page] }).click()
  await person.heading(pages[page])
}

/** Signs on, and waits until the sound stands and calls may come. */
export async function takeSeat(person) {
  await goTo(person, 'desk')
  await button(person, '上线接电话').click()
  await person.page.getByText('声音已接通').waitFor()
  await state(person, '空闲')
}

/** Waits for a ring; what is known of the caller is there before the answer. */
export async function rings(person) {
  await person.page.getByRole('heading', { name: '☎ 来电' }).waitFor()
}

/** Waits for a ring and answers it by keyboard. */
export async function answer(person) {
  await rings(person)
  await person.page.keyboard.press('F2')
  await talks(person)
}

/** Waits until the person is in a call. */
export async function talks(person) {
  await button(person, '挂断').waitFor()
}

export async function hold(person) {
  await person.page.keyboard.press('F9')
  await button(person, '恢复通话').waitFor()
}

export async function resume(person) {
  await person.page.keyboard.press('F9')
  await button(person, '保持').waitFor()
}

/** Consults somebody, or hands the call to them: kind as its tab says (同事, 队列, 工作人员, 值班, 紧急电话), who as a part of the choice's words. */
export async function consult(person, kind, who, purpose = '咨询') {
  await button(person, purpose).click()
  await person.page.getByRole('group', { name: '对象' }).getByRole('button', { name: kind }).click()
  const choices = person.page.getByLabel('选择')
  await choices.locator('option', { hasText: who }).waitFor({ state: 'attached' })
  await choices.selectOption({ label: await choices.locator('option', { hasText: who }).first().innerText() })
  await button(person, purpose === '咨询' ? '开始咨询' : '立即转接').click()
}

/** One of the buttons of a call with a third: 切换, 三方通话, 转给对方并退出, 结束咨询. */
export async function withThird(person, name) {
  await button(person, name).click()
}

export async function hangUp(person) {
  await person.page.keyboard.press('Shift+F4')
  await button(person, '挂断').waitFor({ state: 'hidden' })
}

/** Says what the call was, and is ready for the next. */
export async function wrapUp(person, disposition) {
  await person.heading('话后整理')
  await person.page.getByLabel(disposition, { exact: true }).check()
  await button(person, '保存结果').click()
  await person.page.getByText(`✓ 已记录：${disposition}`).waitFor()
  await person.page.keyboard.press('Shift+F2')
  await state(person, '空闲')
}

/** Reloads the page in the middle of a call, and is back in it. */
export async function reload(person) {
  await person.page.reload()
  await person.page.getByText('您还在通话中').first().waitFor()
  await person.page.getByText('声音已接通').waitFor()
}

/** A supervisor comes into the call of a ticket: 旁听, 耳语, 加入, 接管. */
export async function join(person, ticket, mode) {
  await person.page.getByRole('row').filter({ hasText: ticket }).getByRole('button', { name: mode }).first().click()
  if (mode !== '接管') await person.page.getByText(`您正在${mode}`).waitFor()
}

/** How loud the page shows both sides, 0 to 1: my voice, the other side. */
export function levels(person) {
  return person.page.locator('dl.levels meter').evaluateAll((meters) => meters.map((m) => m.value))
}
