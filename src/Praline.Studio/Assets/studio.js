// The little that the browser must do itself: keys, the video, the selection.
window.studio = (() => {
    let page = null;
    const video = () => document.getElementById('video');
    const writes = element => element.closest('input:not([type=checkbox]):not([type=range]), textarea, select') !== null;

    document.addEventListener('keydown', event => {
        if (page === null || event.ctrlKey || event.altKey || event.metaKey || writes(event.target)) return;
        const player = video();
        if (event.key === ' ' && event.target.closest('button, a, video') === null && player) {
            player.paused ? player.play() : player.pause();
        } else if ((event.key === ',' || event.key === '.') && player) {
            player.pause();
            player.currentTime = Math.max(0, player.currentTime + (event.key === '.' ? 1 : -1) / 25);
        } else if (event.key === '<' && player) {
            player.playbackRate = player.playbackRate === 1 ? 0.5 : 1;
        } else if (/^[1-4sum]$/i.test(event.key)) {
            page.invokeMethodAsync('Pressed', event.key.toLowerCase());
        } else {
            return;
        }
        event.preventDefault();
    });

    document.addEventListener('click', event => {
        const button = event.target.closest('[data-seek]');
        if (button && video()) video().currentTime = Number(button.dataset.seek);
    });

    // Where the selected words stand in one of the two answers, and the video's time.
    const selection = () => {
        const chosen = window.getSelection();
        if (!chosen || chosen.isCollapsed) return null;
        const range = chosen.getRangeAt(0);
        for (const id of ['left-answer', 'right-answer']) {
            const answer = document.getElementById(id);
            if (answer && answer.contains(range.startContainer) && answer.contains(range.endContainer)) {
                const before = document.createRange();
                before.selectNodeContents(answer);
                before.setEnd(range.startContainer, range.startOffset);
                return { id, start: before.toString().length, length: range.toString().length, seconds: video() ? video().currentTime : null };
            }
        }
        return null;
    };

    return { listenToKeys: target => { page = target; }, forgetKeys: () => { page = null; }, selection };
})();
