/** Topics as the site shows them: all, or one by its slug. */
export { findTopic as readTopic, listTopics as readTopics } from '../../db/topics/topics.ts';
