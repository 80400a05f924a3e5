export { findTopic as readTopic, listTopics as readTopics } from '../db/topics.ts';
