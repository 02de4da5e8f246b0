"""What objectives share that learn the answers of a task's train rows: rows, prompts, batches and their trainer."""

__all__ = ["dpo", "objective", "preference", "soft_prompt", "task_rows"]
